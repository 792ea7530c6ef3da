// SPDX-License-Identifier: Apache-2.0
/* A process started from its image: the image looked at, the words filled, the program run. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/common/image.h"
#include "agents/edge-agent/process.h"
#include "lib/file.h"

enum { PATH_SIZE = STEP_PATH_SIZE + 32 };

/* ---- its number ---- */

/* A kernel without the file has no checkpoints either; where it may not be written they keep to
 * what the kernel gives. */
void process_keep_numbers(const struct processes *all)
{
	static const char path[] = "/proc/sys/kernel/ns_last_pid";
	char text[16];

	if (file_read_text(path, text, sizeof(text)) < 0 ||
	    strtol(text, NULL, 10) < PROCESS_PID_FIRST - PROCESS_PID_REGION)
		return;
	snprintf(text, sizeof(text), "%u", PROCESS_PID_BELOW(all->config.number));
	(void)file_write(path, text);
}

/* ---- its image ---- */

struct image_look {
	uv_work_t work;
	struct edge_process *p; /* NULL: nobody waits for it any more */
	atomic_bool forgotten;	/* as much, for the worker */
	char repository[STEP_PATH_SIZE], image[STEP_NAME_SIZE], version[STEP_NAME_SIZE];
	struct image_error err;
	int rc;
	void (*done)(struct edge_process *p, int rc, const char *text);
};

static bool is_forgotten(void *user)
{
	struct image_look *look = user;

	return atomic_load(&look->forgotten);
}

static void look_work(uv_work_t *work)
{
	struct image_look *look = work->data;
	char directory[IMAGE_PATH_MAX];
	struct manifest *m;

	look->rc = image_load(look->repository, look->image, &m, &look->err);
	if (look->rc)
		return;
	snprintf(directory, sizeof(directory), "%s/%s", look->repository, look->image);
	if (look->version[0] && strcmp(look->version, m->version) != 0)
		look->rc = image_fail(&look->err, -ENOENT, "image '%s' is of version %s, not %s",
				      look->image, m->version, look->version);
	else
		look->rc = image_check(directory, m, is_forgotten, look, &look->err);
	manifest_free(m);
}

static void look_done(uv_work_t *work, int status)
{
	struct image_look *look = work->data;
	struct edge_process *p = look->p;

	if (p) {
		p->look = NULL;
		look->done(p, look->rc, look->err.text[0] ? look->err.text : strerror(-look->rc));
	}
	free(look);
}

int process_image_look(struct edge_process *p,
		       void (*done)(struct edge_process *p, int rc, const char *text))
{
	struct image_look *look = calloc(1, sizeof(*look));
	int rc;

	if (!look)
		return -ENOMEM;
	look->work.data = look;
	look->p = p;
	look->done = done;
	strcpy(look->repository, p->all->config.node.repository);
	strcpy(look->image, p->app.image);
	strcpy(look->version, p->app.version);
	rc = uv_queue_work(p->all->config.loop, &look->work, look_work, look_done);
	if (rc)
		free(look);
	else
		p->look = look;
	return rc;
}

void process_image_forget(struct edge_process *p)
{
	if (p->look) {
		p->look->p = NULL;
		atomic_store(&p->look->forgotten, true);
	}
	p->look = NULL;
}

/* ---- its words ---- */

struct places {
	char config[PATH_SIZE], state[PATH_SIZE], image[PATH_SIZE + STEP_NAME_SIZE];
};

static struct workload_words words_of(const struct edge_process *p, struct places *places)
{
	const struct processes_config *c = &p->all->config;

	snprintf(places->config, sizeof(places->config), "%s/config", p->app.directory);
	snprintf(places->state, sizeof(places->state), "%s/state", p->app.directory);
	snprintf(places->image, sizeof(places->image), "%s/%s", c->node.repository, p->app.image);
	return (struct workload_words){.config = places->config,
				       .image = places->image,
				       .state = places->state,
				       .name = c->node.name,
				       .token_file = c->token_file,
				       .number = c->number,
				       .port = p->app.port,
				       .address = c->address,
				       .service = p->app.address};
}

static bool stands(const char *path, const char *text)
{
	char *found = NULL;
	size_t len;
	bool same = !file_read_all(path, &found, &len) && !strcmp(found, text);

	free(found);
	return same;
}

/* JSON, which YAML takes as it is. What stands there already is left: an agent that is restarted
 * needs no room on a full disk. */
int process_write_config(const struct edge_process *p)
{
	struct places places;
	const struct workload_words words = words_of(p, &places);
	json_t *filled = workload_fill_json(p->config, &words);
	char *text = filled ? json_dumps(filled, JSON_INDENT(2)) : NULL;
	int rc = !filled ? -EINVAL : !text ? -ENOMEM : 0;

	if (!rc && !stands(places.config, text))
		rc = file_create(places.config, text, strlen(text), 0600);
	free(text);
	json_decref(filled);
	return rc;
}

static int fill(const json_t *command, const struct workload_words *words, char **argv)
{
	size_t count = json_array_size(command);
	int rc = 0;

	for (size_t i = 0; !rc && i < count && i < WORKLOAD_ARGUMENTS_MAX; i++) {
		char text[WORKLOAD_TEXT_MAX];

		rc = workload_fill(json_string_value(json_array_get(command, i)), words, text);
		argv[i] = rc ? NULL : strdup(text);
		if (!rc && !argv[i])
			rc = -ENOMEM;
	}
	return rc;
}

int process_spawn(const struct edge_process *p, const json_t *command, struct child *child,
		  pid_t pid)
{
	struct places places;
	const struct workload_words words = words_of(p, &places);
	char program[sizeof(places.image) + MANIFEST_PATH_MAX];
	char *argv[WORKLOAD_ARGUMENTS_MAX + 1] = {NULL};
	struct child_command what = {.program = program,
				     .argv = argv,
				     .directory = places.image,
				     .session = pid != 0,
				     .pid = pid};
	int rc;

	snprintf(program, sizeof(program), "%s/%s", places.image,
		 json_string_value(json_array_get(command, 0)));
	rc = fill(command, &words, argv);
	if (!rc)
		rc = child_start(child, &what);
	for (size_t i = 0; i < WORKLOAD_ARGUMENTS_MAX; i++)
		free(argv[i]);
	return rc;
}
