// SPDX-License-Identifier: Apache-2.0
/* minetest-edge: Minetest's instance at an edge. */
#include <stddef.h>
#include <string.h>

#include "apps/game/edge/edge.h"
#include "apps/minetest/edge/scene.h"

#define AT(member) offsetof(struct config, own) + offsetof(struct minetest_config, member)
static const struct yaml_field fields[] = {
	{"state_dir", yaml_read_text, AT(state_dir), 128, 0, 0, true,
	 "directory of its own, for clients' files"},
	{"client_program", yaml_read_text, AT(client_program), 128, 0, 0, false,
	 "path of minetest"},
	{"x_server", yaml_read_text, AT(x_server), 128, 0, 0, false, "path of Xvfb"},
	{"viewing_range", yaml_read_u32, AT(viewing_range), 0, 20, 200, false,
	 "how far a client draws the world, in its nodes"},
	{0},
};

int main(int argc, char **argv)
{
	static struct game minetest = {
		.daemon = {.name = "minetest-edge",
			   .summary = "runs Minetest's clients and streams them to their players",
			   .example = "apps/minetest/edge/minetest-edge.example.yaml"},
		.metrics = "baton_minetest_edge",
		.defaults = {.stream_port = 5004,
			     .width = 320,
			     .height = 240,
			     .fps = 30,
			     .bitrate = 2000000,
			     .codec = "openh264"},
		.fields = fields,
		.renderer = &minetest_renderer,
	};
	static const struct minetest_config own = {.client_program = "/usr/games/minetest",
						   .x_server = "/usr/bin/Xvfb",
						   .viewing_range = 40};

	_Static_assert(sizeof own <= CONFIG_OWN_MAX, "room for the game's own keys");
	memcpy(minetest.defaults.own, &own, sizeof own);
	return edge_main(&minetest, argc, argv);
}
