// SPDX-License-Identifier: Apache-2.0
#include "lib/thread.h"

#include <signal.h>

int thread_begin(pthread_t *ret, void *(*run)(void *), void *user)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(ret, NULL, run, user);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}
