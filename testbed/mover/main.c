// SPDX-License-Identifier: Apache-2.0
/* mover: read mover.h first, then decide.c. */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/shape/quantity.h"
#include "lib/token.h"
#include "testbed/mover/mover.h"

enum { TURN_MS = 100 };

static const struct daemon_spec spec = {
	.name = "mover",
	.summary = "hands UEs over to the nearest gNB while they walk",
	.example = "testbed/mover/mover.example.yaml",
};

#define AT(member) offsetof(struct mover_config, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "port to listen on"},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, "file of the bearer token"},
	{"socket", yaml_read_text, AT(socket), 256, 0, 0, true, "link-shaper's socket"},
	{"repeat", shape_quantity_read_duration, AT(repeat_us), 0, 0, 0, false,
	 "walks begin again after this time"},
	{"hysteresis", yaml_read_u32, AT(hysteresis), 0, 0, 100000, false,
	 "metres that another gNB must be nearer by"},
	{"gnbs", yaml_read_node, AT(gnbs), 0, 0, 0, true, "list of {name, url, x, y}"},
	{"ues", yaml_read_node, AT(ues), 0, 0, 0, true, "list of {supi, url, gnbs, walk}"},
	{0},
};

static void turn(uv_timer_t *timer)
{
	mover_turn(timer->data);
}

static int start(struct mover *m)
{
	struct http_listen listen = {.addr = m->config.rest_address,
				     .port = (uint16_t)m->config.rest_port,
				     .token = m->token};
	int r = token_read(m->config.token_file, m->token, sizeof m->token);

	if (r == 0)
		r = http_client_new(&m->daemon.loop, &m->client);
	if (r == 0)
		r = http_server_new(&m->daemon.loop, &listen, mover_routes, m, &m->server);
	if (r == 0)
		r = uv_timer_init(&m->daemon.loop, &m->timer);
	if (r == 0) {
		m->timer.data = m;
		r = uv_timer_start(&m->timer, turn, 0, TURN_MS);
	}
	if (r < 0)
		log_error("mover", "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

static void stop(struct mover *m)
{
	if (m->timer.data)
		uv_close((uv_handle_t *)&m->timer, NULL);
	http_client_free(m->client);
	http_server_free(m->server);
}

int main(int argc, char **argv)
{
	static struct mover m = {.config.hysteresis = 50};
	int status = 1;

	if (daemon_init(&m.daemon, &spec, argc, argv) < 0)
		return 1;
	if (daemon_config(&m.daemon, fields, &m.config, &m.config_doc) < 0 ||
	    mover_config_read(&m) < 0)
		goto done;
	if (m.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&m) == 0) {
		daemon_ready("serving");
		status = daemon_run(&m.daemon);
	}
	stop(&m);
done:
	for (size_t i = 0; i < m.ue_count; i++)
		free(m.ue[i].point);
	free(m.ue);
	yaml_free(m.config_doc);
	daemon_done(&m.daemon);
	return status;
}
