// What a worker asks of the system that Swift cannot call by itself: functions with variable
// arguments, and constants whose types differ between C libraries.
#ifndef CREW_PROCESS_H
#define CREW_PROCESS_H

#include <stdint.h>

/// Of each limit: the largest value there is.
#define CREW_NO_LIMIT UINT64_MAX

/// Sets the soft limit of data memory in bytes, of processor time in seconds, of open files; never
/// above the hard limit. 0, or -1 when it was not possible.
int crew_limit_memory(uint64_t bytes);
int crew_limit_processor(uint64_t seconds);
int crew_limit_files(uint64_t count);

/// Processor time that this process has used, in microseconds.
uint64_t crew_processor_microseconds(void);

/// Makes orphans among the descendants children of this process, where the system can do that.
void crew_adopt_orphans(void);

/// A stopped process goes on when its parent dies, so that it can see that and end.
void crew_wake_when_parent_dies(void);

/// Makes what is printed leave at the end of each line.
void crew_print_by_lines(void);

/// Ignores SIGPIPE in this process but not in the programs it starts.
void crew_survive_broken_pipes(void);

/// Whether this process has children, living or not yet waited for. None is waited for.
int crew_has_children(void);

/// Whether a child of this process has ended; it stays to be waited for.
int crew_has_ended(int process);

/// How many files this process may have open.
uint64_t crew_file_limit(void);

/// Sends a text to the datagram socket of that path; one that begins with '@' is no file but a name.
/// 0, or -1 when nobody takes it.
int crew_notify(const char *socket_path, const char *text);

/// As the first process of a system or container: starts this program again as a child, passes
/// signals on to it, waits for it and for every orphan, and exits as it does. Returns when this is
/// not the first process, or the child could not be started.
void crew_start_as_child_of_first(char *const *arguments);

/// Locks an open file for as long as this process lives; false when another one has done so.
int crew_lock(int file);

#endif
