// SPDX-License-Identifier: Apache-2.0
/* smf-lite: SMF and a minimal AMF. See smf.h for the tour. */
#include <string.h>

#include "lib/daemon.h"
#include "lib/http_server.h"
#include "lib/log.h"
#include "smf-lite/config.h"
#include "smf-lite/events.h"
#include "smf-lite/n2_sctp.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/rest.h"
#include "smf-lite/smf_life.h"

static const struct daemon_spec spec = {
	.name = "smf-lite",
	.summary = "session management (N4) and the access and mobility part that N1 and N2 need",
	.example = "smf-lite/smf-lite.example.yaml",
};

struct program {
	struct daemon daemon;
	struct smf_config config;
	struct smf smf;
	struct sctp_listener *n2;
	struct http_server *http;
};

static int start_http(struct program *p)
{
	struct http_listen listen = {
		.addr = p->config.rest_address,
		.port = (uint16_t)p->config.rest_port,
		.token = p->config.token[0] ? p->config.token : NULL,
	};
	int err = events_new(&p->smf.events);

	if (!err)
		err = http_server_new(&p->daemon.loop, &listen, rest_routes, &p->smf, &p->http);
	return err;
}

/* What can be asked over REST is there before the first peer is heard. */
static int start(struct program *p)
{
	const char *what = "database";
	int err = smf_init(&p->smf, &p->daemon.loop, &p->config, &n2_sctp_wire);

	if (!err) {
		what = "rest";
		err = start_http(p);
	}
	if (!err) {
		what = "n4";
		err = n4_client_start(p->smf.n4, NULL);
	}
	if (!err) {
		what = "n2";
		err = n2_sctp_listen(p->smf.n2, p->config.n2_address, &p->n2);
	}
	if (err)
		log_error("smf", "what=start part=%s error=\"%s\"", what, strerror(-err));
	return err;
}

static void stop(struct program *p)
{
	if (p->n2) {
		n2_sctp_close(p->smf.n2);
		sctp_listener_free(p->n2);
	}
	if (p->http)
		http_server_free(p->http);
	events_free(p->smf.events);
	smf_done(&p->smf);
}

int main(int argc, char **argv)
{
	static struct program p; /* zeroed; too large for comfort on the stack */
	int status = 1;

	if (daemon_init(&p.daemon, &spec, argc, argv))
		return 1;
	if (smf_config_read(&p.daemon, &p.config) == 0) {
		if (p.daemon.check_only) {
			status = 0;
		} else if (start(&p) == 0) {
			daemon_ready("N2, N4 and REST are up");
			status = daemon_run(&p.daemon);
		}
		stop(&p);
	}
	smf_config_done(&p.config);
	daemon_done(&p.daemon);
	return status;
}
