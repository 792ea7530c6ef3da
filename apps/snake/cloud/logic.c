// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "apps/snake/cloud/logic.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum {
	CATCH_UP_MAX = 8, /* ticks run at once; what is due beyond them is skipped */
	NS_PER_S = 1000000000,
};

struct due {
	struct account *account;
	enum state_input_kind kind;
};

struct logic {
	struct logic_config config;
	struct game *game;
	struct logic_tally tally;
	int fd; /* timerfd: CLOCK_MONOTONIC, absolute */
	uv_poll_t poll;
	uint64_t begin_ns, done; /* tick n, from 0, is due at begin + n * period */
	size_t due_count;
	struct due due[ACCOUNTS_MAX];
	struct state_record record[ACCOUNTS_MAX];
	uint8_t delta[WORLD_DELTA_MAX], encoded[WORLD_ENCODED_MAX];
};

/* ---- one tick ---- */

static void collect(struct logic *l)
{
	l->due_count = 0;
	for (size_t i = 0; i < l->config.accounts->count; i++) {
		struct account *a = &l->config.accounts->account[i];
		enum state_input_kind kind;

		if (a->player == ACCOUNT_NO_PLAYER || !inputs_next(&a->inputs, &kind))
			continue;
		l->record[l->due_count] = state_record_of(a);
		l->record[l->due_count].last_input++;
		l->due[l->due_count++] = (struct due){a, kind};
	}
}

/* First it is kept, then it is done, then the delta says so: see state_file.h */
static void apply_inputs(struct logic *l)
{
	collect(l);
	if (l->due_count && state_file_put(l->config.state, l->record, l->due_count) < 0) {
		l->tally.held++;
		return;
	}
	for (size_t i = 0; i < l->due_count; i++) {
		struct account *a = l->due[i].account;

		game_input(l->game, (unsigned)a->player, l->due[i].kind);
		inputs_take(&a->inputs, clock_now_ns());
		l->tally.applied++;
	}
}

static void tick(struct logic *l)
{
	const struct world *w = game_world(l->game);
	int len;

	apply_inputs(l);
	game_tick(l->game);
	l->tally.ticks++;
	state_file_reached(l->config.state, w->tick, l->config.game.tick_hz);
	len = game_delta(l->game, l->delta, sizeof l->delta);
	/* WORLD_DELTA_MAX holds any list of changes */
	l->config.on_tick(w->tick, l->delta, len < 0 ? 0 : (size_t)len, l->config.user);
}

/* ---- time ---- */

static uint64_t due_ns(const struct logic *l, uint64_t n)
{
	return l->begin_ns + n * NS_PER_S / l->config.game.tick_hz;
}

static void arm(struct logic *l)
{
	uint64_t at = due_ns(l, l->done);
	struct itimerspec spec = {
		.it_value = {.tv_sec = (time_t)(at / NS_PER_S), .tv_nsec = (long)(at % NS_PER_S)}};

	timerfd_settime(l->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void skip(struct logic *l, uint64_t now)
{
	while (due_ns(l, l->done) <= now) {
		l->done++;
		l->tally.skipped++;
	}
}

static void on_time(uv_poll_t *poll, int status, int events)
{
	struct logic *l = poll->data;
	uint64_t now = clock_mono_ns(), half = NS_PER_S / 2 / l->config.game.tick_hz, expired;

	if (read(l->fd, &expired, sizeof expired) < 0)
		return;
	for (int i = 0; i < CATCH_UP_MAX && due_ns(l, l->done) <= now; i++) {
		l->tally.late += now - due_ns(l, l->done) > half;
		l->done++;
		tick(l);
	}
	skip(l, now);
	arm(l);
}

static int start_clock(struct logic *l, uv_loop_t *loop)
{
	int r;

	l->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->fd < 0)
		return -errno;
	l->poll.data = l;
	r = uv_poll_init(loop, &l->poll, l->fd);
	if (r < 0) {
		close(l->fd);
		return r;
	}
	l->begin_ns = clock_mono_ns();
	uv_poll_start(&l->poll, UV_READABLE, on_time);
	arm(l);
	return 0;
}

/* ---- life ---- */

int logic_new(uv_loop_t *loop, const struct logic_config *config, struct logic **ret_logic)
{
	struct logic *l = calloc(1, sizeof *l);
	int r;

	if (!l)
		return -ENOMEM;
	l->config = *config;
	l->config.game.first_tick = state_file_tick(config->state);
	r = game_new(&l->config.game, &l->game);
	if (r == 0)
		r = start_clock(l, loop);
	if (r < 0) {
		game_free(l->game);
		free(l);
		return r;
	}
	*ret_logic = l;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct logic *l = handle->data;

	close(l->fd);
	game_free(l->game);
	free(l);
}

void logic_free(struct logic *l)
{
	if (l)
		uv_close((uv_handle_t *)&l->poll, on_closed);
}

/* ---- what the session manager asks for ---- */

static int enter(void *logic, struct account *a)
{
	struct logic *l = logic;
	int id;

	if (a->player != ACCOUNT_NO_PLAYER)
		return 0;
	id = game_join(l->game);
	if (id < 0)
		return id;
	a->player = id;
	log_info("logic", "account=%s player=%d what=entered", a->name, id);
	return 0;
}

static void leave(void *logic, struct account *a)
{
	struct logic *l = logic;

	if (a->player != ACCOUNT_NO_PLAYER)
		game_leave(l->game, (unsigned)a->player);
	a->player = ACCOUNT_NO_PLAYER;
	inputs_init(&a->inputs, 0);
	log_info("logic", "account=%s what=left", a->name);
}

static void write_inputs(void *logic, struct account *a, const struct state_input *m)
{
	inputs_put(&a->inputs, m, &((struct logic *)logic)->tally.inputs);
}

static void rest(void *logic, struct account *a)
{
	if (a->player != ACCOUNT_NO_PLAYER)
		game_input(((struct logic *)logic)->game, (unsigned)a->player, INPUT_REST);
}

static void world(void *logic, bool encoded, struct logic_world *ret)
{
	struct logic *l = logic;
	const struct world *w = game_world(l->game);

	*ret = (struct logic_world){.tick = w->tick, .width = w->width, .height = w->height};
	if (!encoded)
		return;
	/* WORLD_ENCODED_MAX holds any world */
	ret->bytes = l->encoded;
	ret->len = (size_t)world_encode(w, l->encoded, sizeof l->encoded);
}

static const struct logic_tally *tally(const void *logic)
{
	return &((const struct logic *)logic)->tally;
}

static json_t *status_json(const void *logic)
{
	const struct world *w = game_world(((const struct logic *)logic)->game);
	int snakes = 0, bots = 0;

	for (unsigned i = 0; i < WORLD_SNAKES_MAX; i++) {
		const struct world_snake *s = world_snake(w, i);

		snakes += s != NULL;
		bots += s && s->bot;
	}
	return json_pack("{s:{s:i, s:i, s:i, s:i, s:i}}", "world", "width", w->width, "height",
			 w->height, "snakes", snakes, "bots", bots, "food", w->food_count);
}

static json_t *account_json(const void *logic, const struct account *a)
{
	const struct world *w = game_world(((const struct logic *)logic)->game);
	const struct world_snake *s = a->player < 0 ? NULL : world_snake(w, (unsigned)a->player);

	if (!s)
		return json_pack("{s:n}", "snake");
	return json_pack("{s:{s:i, s:b, s:b, s:i, s:I, s:i, s:i}}", "snake", "player", a->player,
			 "alive", s->state == WORLD_ALIVE, "resting", (int)s->resting, "length",
			 (int)s->length, "score", (json_int_t)s->score, "x",
			 (int)world_snake_cell(s, 0).x, "y", (int)world_snake_cell(s, 0).y);
}

const struct logic_ops logic_snake_ops = {
	.enter = enter,
	.leave = leave,
	.write = write_inputs,
	.rest = rest,
	.world = world,
	.tally = tally,
	.status_json = status_json,
	.account_json = account_json,
};
