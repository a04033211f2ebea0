#include "crew_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

static int crew_limit(int which, uint64_t value) {
    struct rlimit limit;
    if (getrlimit(which, &limit) != 0) return -1;
    rlim_t wanted = value == CREW_NO_LIMIT ? limit.rlim_max : (rlim_t)value;
    if (limit.rlim_max != RLIM_INFINITY && wanted > limit.rlim_max) wanted = limit.rlim_max;
    if (wanted == limit.rlim_cur) return 0;
    limit.rlim_cur = wanted;
    return setrlimit(which, &limit);
}

int crew_limit_memory(uint64_t bytes) { return crew_limit(RLIMIT_DATA, bytes); }
int crew_limit_processor(uint64_t seconds) { return crew_limit(RLIMIT_CPU, seconds); }
int crew_limit_files(uint64_t count) { return crew_limit(RLIMIT_NOFILE, count); }

static uint64_t crew_microseconds(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

uint64_t crew_processor_microseconds(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return crew_microseconds(usage.ru_utime) + crew_microseconds(usage.ru_stime);
}

void crew_adopt_orphans(void) {
#if defined(__linux__)
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
}

void crew_wake_when_parent_dies(void) {
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0);
#endif
}

void crew_print_by_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

// Unlike SIG_IGN, a function is not passed on to a program that is started.
static void crew_do_nothing(int signal) { (void)signal; }

void crew_survive_broken_pipes(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = crew_do_nothing;
    action.sa_flags = SA_RESTART;
    sigaction(SIGPIPE, &action, NULL);
}

int crew_has_children(void) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    return waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0;
}

int crew_has_ended(int process) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_PID, (id_t)process, &info, WEXITED | WNOWAIT | WNOHANG) != 0) return 1;
    return info.si_signo != 0;
}

int crew_lock(int file) { return flock(file, LOCK_EX | LOCK_NB) == 0; }
