/* SPDX-License-Identifier: Apache-2.0 */
/* A thread beside the main one. */
#ifndef BATON_LIB_THREAD_H
#define BATON_LIB_THREAD_H

#include <pthread.h>

/**
 * thread_begin - @run(@user) on a thread of its own, with all signals blocked: they are the main
 * thread's, whose loop or wait they have to wake
 * @ret: to be joined by the caller
 *
 * Return: 0, or -errno
 */
int thread_begin(pthread_t *ret, void *(*run)(void *), void *user);

#endif
