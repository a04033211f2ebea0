#include "crew_process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

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

uint64_t crew_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    return (uint64_t)limit.rlim_cur;
}

int crew_notify(const char *socket_path, const char *text) {
    struct sockaddr_un address;
    size_t length = strlen(socket_path);
    if (length < 2 || length > sizeof address.sun_path - 1) return -1;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, socket_path, length);
    // The name of an abstract socket begins with a zero, and has none at its end.
    if (socket_path[0] == '@') address.sun_path[0] = 0;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (descriptor < 0) return -1;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    // Whoever should read it must not hold up this process.
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    ssize_t sent =
        sendto(descriptor, text, strlen(text), 0, (struct sockaddr *)&address, size);
    close(descriptor);
    return sent < 0 ? -1 : 0;
}

#if defined(__linux__)

// What a first process is told that is meant for its child. Its own default actions do nothing.
static const int crew_passed_signals[] = {
    SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT,
};
static int crew_signal_pipe[2];

static void crew_note_signal(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe wakes its reader all the same.
    if (write(crew_signal_pipe[1], &byte, 1) < 0) byte = 0;
    errno = saved;
}

static pid_t crew_spawn_again(char *const *arguments) {
    extern char **environ;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t child = -1;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    // A group of its own: what a terminal sends to this one is passed on, and must not come twice.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    if (posix_spawn(&child, "/proc/self/exe", NULL, &attributes, arguments, environ) != 0) {
        child = -1;
    }
    posix_spawnattr_destroy(&attributes);
    return child;
}

/// Waits for all that have ended; exits when the child is among them.
static void crew_reap(pid_t child) {
    int status;
    pid_t ended;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
        if (ended != child) continue;
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
}

void crew_start_as_child_of_first(char *const *arguments) {
    if (getpid() != 1) return;
    if (pipe(crew_signal_pipe) != 0) return;
    for (int end = 0; end < 2; end++) fcntl(crew_signal_pipe[end], F_SETFD, FD_CLOEXEC);
    fcntl(crew_signal_pipe[1], F_SETFL, O_NONBLOCK);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = crew_note_signal;
    action.sa_flags = SA_RESTART;
    size_t count = sizeof crew_passed_signals / sizeof crew_passed_signals[0];
    for (size_t i = 0; i < count; i++) sigaction(crew_passed_signals[i], &action, NULL);
    sigaction(SIGCHLD, &action, NULL);
    pid_t child = crew_spawn_again(arguments);
    if (child < 0) return;
    // Not possible without a terminal, and then not needed.
    signal(SIGTTOU, SIG_IGN);
    if (isatty(STDIN_FILENO)) tcsetpgrp(STDIN_FILENO, child);
    for (;;) {
        unsigned char number = 0;
        ssize_t got = read(crew_signal_pipe[0], &number, 1);
        if (got == 1 && number != SIGCHLD) kill(child, number);
        crew_reap(child);
    }
}

#else

void crew_start_as_child_of_first(char *const *arguments) { (void)arguments; }

#endif
