#pragma once

// What Swift 6 cannot reach or must not do itself: starting detached processes, file locks, signals, stray output.
// Every function that can fail returns 0 or an errno; results come back through pointers. Nothing here allocates.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Processes (Process.c)

/// Starts `arguments[0]`, a path, in a session of its own, so that a hang-up of our terminal does not reach it:
/// default signals, no open descriptor but 0 (/dev/null), 1 and 2 (appended to the file `output`), in the folder
/// `directory` (NULL: ours). Returns the errno of whatever failed, exec included; the child then is already reaped.
int maeface_spawn(char *_Nullable const *_Nonnull arguments, const char *_Nullable directory,
                  const char *_Nonnull output, pid_t *_Nonnull process);

/// Whether a child of ours has ended, without waiting. 1: it ended, and `code` is its exit code or 128 + its signal.
/// 0: it runs. -1: it is not our child, or was reaped before.
int maeface_reap(pid_t process, int *_Nonnull code);

/// Waits for a child of ours to end. 1 and -1 as `maeface_reap`.
int maeface_wait(pid_t process, int *_Nonnull code);

/// Fills descriptors 0, 1 and 2 where they are closed, so that no file of ours gets their numbers and takes in what is
/// printed. Writing to such a 1 fails.
void maeface_hold_standard_descriptors(void);

/// The name of this machine, cut to fit, always terminated.
void maeface_host_name(char *_Nonnull name, size_t capacity);

/// Bytes of memory this process holds in RAM, 0 when unknown.
int64_t maeface_resident_bytes(void);

// MARK: Allocations (Allocations.c)

/// Starts counting heap allocations of the whole process at zero, or stops.
void maeface_count_allocations(int on);

/// Allocations counted so far; -1 where they cannot be counted (another C library, a sanitizer).
int64_t maeface_allocation_count(void);

// MARK: Files (Files.c)

/// Opens or creates `path` and takes an exclusive `flock` on it. The kernel drops the lock when the descriptor closes
/// or the process dies, by SIGKILL too. EWOULDBLOCK: another process holds it. A moment of patience is built in,
/// because `maeface_lock_is_held` looks by taking a shared lock for an instant.
int maeface_lock(const char *_Nonnull path, int *_Nonnull descriptor);

/// Closes a lock's descriptor, which frees the lock.
void maeface_unlock(int descriptor);

/// Whether some process holds the lock at `path`: 1 or 0. A missing file is held by nobody. -1: it cannot be told.
int maeface_lock_is_held(const char *_Nonnull path);

/// fsync of a file or of a folder (which makes a rename in it durable).
int maeface_sync(const char *_Nonnull path);

/// Bytes an ordinary user can still write on the file system of `path`, -1 when unknown.
int64_t maeface_free_bytes(const char *_Nonnull path);

/// The name of the network file system `path` lies on ("NFS", "SMB", ...), NULL when it is local.
const char *_Nullable maeface_network_file_system(const char *_Nonnull path);

/// A non-blocking descriptor that becomes readable when something in the folder `path` is written, created, renamed
/// or deleted. Close it when done.
int maeface_watch_folder(const char *_Nonnull path, int *_Nonnull descriptor);

/// Reads away what waits in a non-blocking descriptor; returns the number of bytes.
int64_t maeface_drain(int descriptor);

// MARK: Signals (Signals.c)

/// From now on each of these signals becomes a byte in a pipe; `descriptor` is its non-blocking reading end, to be
/// waited on with poll(). May be called again with other signals: the same pipe serves all.
int maeface_signals_open(const int *_Nonnull signals, int count, int *_Nonnull descriptor);

/// Whether a signal ends a process that does nothing about it, and can be caught in good order: not a crash (see
/// `maeface_restore_on_crash`), and neither SIGPIPE nor SIGXFSZ (see `maeface_fail_writes_instead_of_signals`).
bool maeface_signal_ends(int number);

/// `maeface_signals_open` for every signal that ends a process, real-time signals among them, and for `others`.
int maeface_signals_open_ending(const int *_Nonnull others, int count, int *_Nonnull descriptor);

/// A signal that ends the process is to do so within some seconds, even if nobody asks `maeface_signals_next` for it:
/// then the terminal is restored as after a crash, and the signal takes its usual course. 0 takes this back.
void maeface_end_within(int seconds);

/// The name of a signal, such as SIGTERM or SIGRTMIN+3, cut to fit, always terminated.
void maeface_signal_name(int number, char *_Nonnull name, size_t capacity);

/// From now on a write into a pipe that nobody reads fails with EPIPE, and one past the limit of file sizes with
/// EFBIG, instead of ending the process.
void maeface_fail_writes_instead_of_signals(void);

/// The next signal that arrived, 0 when there is none.
int maeface_signals_next(void);

/// Gives every signal its default action back. The pipe stays, for a later `maeface_signals_open`.
void maeface_signals_close(void);

/// Stops this process and the others of its job as Ctrl-Z does by default, and returns when it is continued; our
/// SIGTSTP handler is put back.
/// The terminal must have been restored before.
void maeface_suspend(void);

// MARK: Restoring the terminal (TerminalRestore.c)

/// Should this process crash (SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS), the terminal `tty` gets back
/// the settings it has now and `bytes` is written to it, what was printed while output is captured goes to the true
/// standard error, and the signal takes its usual course. exit() restores the terminal too. `bytes` is copied (at most
/// 512). Length 0 turns this off.
int maeface_restore_on_crash(int tty, const char *_Nullable bytes, size_t length);

/// Whether the terminal is someone else's at the moment and must not be written to when this process crashes.
void maeface_terminal_is_lent(bool is_lent);

/// Restores the terminal as after a crash. Safe in a signal handler, and never waits long for a terminal that does not
/// read.
void maeface_restore_terminal(void);

/// Writes within half a second or so, whether the reader reads or not; true when everything was written. Safe in a
/// signal handler.
bool maeface_write_briefly(int descriptor, const char *_Nonnull bytes, size_t length);

// MARK: Stray output (StrayOutput.c)

/// Where descriptors 1 and 2 led before they were captured, and the end to read what was printed since.
struct maeface_captured_output {
    /// Non-blocking.
    int reader;
    int standard_output;
    int standard_error;
};

/// Leads descriptors 1 and 2 into a pipe, so that a stray print of any thread or library cannot break the screen.
/// A writer never blocks: what does not fit in the pipe (1 MiB where the kernel allows) is lost.
int maeface_capture_output(struct maeface_captured_output *_Nonnull captured);

/// Writes out what the C library still buffers, so that it can be read.
void maeface_flush_output(void);

/// Writes what was printed and not read yet to the true standard error. Safe in a signal handler.
void maeface_pass_on_output(void);

/// Leads 1 and 2 back. `reader` stays open for what was printed last; the caller closes it.
void maeface_release_output(struct maeface_captured_output *_Nonnull captured);

// MARK: Mapped files (Mappings.c)

/// Takes a mapped file under guard: where another program cuts the file meanwhile, pages that are missing read as
/// zeros, in place of the SIGBUS that ends the process. Returns a number for it, or -1 when there are too many.
int maeface_mapping_guard(const void *_Nonnull start, size_t length);

/// Whether a page of the mapping was missing.
int maeface_mapping_is_cut(int place);

/// Ends the guard; to be called before the file is unmapped.
void maeface_mapping_release(int place);

#ifdef __cplusplus
}
#endif
