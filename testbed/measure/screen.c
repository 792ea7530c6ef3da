// SPDX-License-Identifier: Apache-2.0
/* What the player's screen showed before, during and after the last switch, as a picture beside the
 * report. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testbed/measure/session.h"

enum {
	STREAM_CLIENT_PORT = 8093,
	LATER_MS = 600 /* the last of its pictures is of half a second after */
};

static int write_bytes(const char *path, const char *bytes, size_t len)
{
	FILE *out = fopen(path, "we");
	int r = 0;

	if (!out)
		return -errno;
	if (fwrite(bytes, 1, len, out) != len)
		r = -EIO;
	if (fclose(out) != 0 && r == 0)
		r = -errno;
	if (r < 0)
		unlink(path);
	return r;
}

void session_save_screen(struct session *s)
{
	char url[128], path[PATH_MAX], *png = NULL;
	size_t len = 0;
	int r;

	if (!s->options.app || !s->options.out)
		return;
	pause_ms(LATER_MS);
	place_url(&s->place, s->place.ue, STREAM_CLIENT_PORT, "/v1/strip.png", url, sizeof url);
	if (client_bytes(&s->client, url, &png, &len) < 0) {
		complain("no picture of the player's screen: %s", s->client.error);
		return;
	}
	if (snprintf(path, sizeof path, "%s/report-screen.png", s->options.out) >= PATH_MAX)
		r = -ENAMETOOLONG;
	else
		r = write_bytes(path, png, len);
	if (r < 0)
		complain("%s: %s", path, strerror(-r));
	free(png);
}
