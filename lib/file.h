/* SPDX-License-Identifier: Apache-2.0 */
/* Small files, whole: the run directory's, and those of /proc and /sys. */
#ifndef BATON_LIB_FILE_H
#define BATON_LIB_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** file_read_text - up to @size - 1 bytes, NUL-terminated; Return: length, or negative errno */
ssize_t file_read_text(const char *path, char *buf, size_t size);
/** file_read_all - the whole file, NUL-terminated, at most 16 MiB; returned, free it */
int file_read_all(const char *path, char **ret_text, size_t *ret_len);
/** file_write - into an existing file: a setting of the kernel */
int file_write(const char *path, const char *text);
/** file_write_at - file_write, of a path that begins at @directory */
int file_write_at(int directory, const char *path, const char *text);
/** file_create - a new file, or its whole new contents, by renaming: readers see the old or the new */
int file_create(const char *path, const char *text, size_t len, mode_t mode);
/** file_copy - the same of what @from holds, of any size */
int file_copy(const char *from, const char *path, mode_t mode);
/** file_write_all - all of it; Return: 0 or a negative errno */
int file_write_all(int fd, const void *octets, size_t len);
/** file_remove_tree - everything under @path and itself, not following links, not into other file systems */
int file_remove_tree(const char *path);
/** file_is_empty_directory - false, too, when it can't be read */
bool file_is_empty_directory(const char *path);
/** file_is_mount - @path is the root of a mount (stands on another device than its parent, or is a namespace) */
bool file_is_mount(const char *path);

#endif
