// SPDX-License-Identifier: Apache-2.0
/* What the player's screen showed before, during and after the last switch, as a picture beside the
 * report. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "testbed/measure/session.h"

enum { LATER_MS = 600 /* the last of its pictures is of half a second after */ };

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
		r = file_create(path, png, len, 0666);
	if (r < 0)
		complain("%s: %s", path, strerror(-r));
	free(png);
}
