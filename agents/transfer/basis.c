// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/basis.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "agents/common/image.h"

enum { PATH_SIZE = 640 };

/* Cut off between the two, there is none: a basis is no more than a saving. */
int transfer_basis_keep(const char *app, const char *images)
{
	char dump[PATH_SIZE], basis[PATH_SIZE];
	struct stat st;
	int rc;

	snprintf(dump, sizeof(dump), "%.600s/dump", images);
	snprintf(basis, sizeof(basis), "%.600s/" TRANSFER_BASIS, app);
	if (stat(dump, &st))
		return -errno;
	rc = image_remove(basis);
	if (rc)
		return rc;
	return rename(dump, basis) ? -errno : 0;
}
