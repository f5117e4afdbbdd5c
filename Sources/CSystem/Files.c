#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

int maeface_lock(const char *path, int *descriptor) {
    // Open for writing: NFS emulates an exclusive flock by a write lock.
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) {
        return errno;
    }
    // Someone may just be looking whether the lock is held, which takes microseconds.
    for (int attempt = 0; attempt < 20; attempt++) {
        if (flock(file, LOCK_EX | LOCK_NB) == 0) {
            *descriptor = file;
            return 0;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            break;
        }
        struct timespec pause = {0, 5000000};
        nanosleep(&pause, NULL);
        errno = EWOULDBLOCK;
    }
    int reason = errno;
    close(file);
    return reason;
}

void maeface_unlock(int descriptor) { close(descriptor); }

int maeface_lock_is_held(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? 0 : -1;
    }
    int answer = 0;
    if (flock(file, LOCK_SH | LOCK_NB) != 0) {
        answer = errno == EWOULDBLOCK ? 1 : -1;
    }
    close(file);
    return answer;
}

int maeface_sync(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno;
    }
    int reason = fsync(file) == 0 ? 0 : errno;
    close(file);
    return reason;
}

int64_t maeface_free_bytes(const char *path) {
    struct statvfs status;
    if (statvfs(path, &status) != 0) {
        return -1;
    }
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}

// The magic numbers of statfs(2), and of the kernel's and vendors' headers for those it leaves out.
static const struct {
    uint32_t magic;
    const char *name;
} network_file_systems[] = {
    {0x00006969, "NFS"},     {0x0000517B, "SMB"},   {0xFF534D42, "CIFS"},  {0xFE534D42, "SMB"},
    {0x65735546, "FUSE"},    {0x01021997, "9P"},    {0x0BD00BD0, "Lustre"}, {0x5346414F, "AFS"},
    {0x6B414653, "AFS"},     {0x00C36400, "Ceph"},  {0x73757245, "Coda"},  {0x47504653, "GPFS"},
    {0x7461636F, "OCFS2"},   {0x01161970, "GFS2"},  {0x19830326, "BeeGFS"}, {0x786F4256, "VirtualBox share"},
    {0x0000564C, "NetWare"}, {0xAAD7AAEA, "Panasas"},
};

const char *maeface_network_file_system(const char *path) {
    struct statfs status;
    if (statfs(path, &status) != 0) {
        return NULL;
    }
    size_t count = sizeof network_file_systems / sizeof network_file_systems[0];
    for (size_t index = 0; index < count; index++) {
        if (network_file_systems[index].magic == (uint32_t)status.f_type) {
            return network_file_systems[index].name;
        }
    }
    return NULL;
}

int maeface_watch_folder(const char *path, int *descriptor) {
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch < 0) {
        return errno;
    }
    uint32_t events = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_ONLYDIR;
    if (inotify_add_watch(watch, path, events) < 0) {
        int reason = errno;
        close(watch);
        return reason;
    }
    *descriptor = watch;
    return 0;
}

int64_t maeface_drain(int descriptor) {
    char buffer[4096];
    int64_t total = 0;
    for (;;) {
        ssize_t count = read(descriptor, buffer, sizeof buffer);
        if (count > 0) {
            total += count;
        } else if (count == 0 || errno != EINTR) {
            return total;
        }
    }
}
