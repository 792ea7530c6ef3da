/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instances of workloads on this node: at most one of each. Its life:
 *
 *   absent -> pulling (image checked, pulled when it isn't here) -> starting (until it says it is
 * healthy) -> running
 *
 * and `failed`, with a cause, from which another PUT begins anew. One that ends by itself, or
 * doesn't answer any more, is started again with back-off. Read in this order: supervisor.c (which
 * there are), image_job.c (images, in a worker thread), instance.c (the life), health.c,
 * supervisor_rest.c.
 */
#ifndef BATON_AGENTS_SUPERVISOR_H
#define BATON_AGENTS_SUPERVISOR_H

#include "agents/common/child.h"
#include "agents/common/pull.h"
#include "agents/common/workload.h"
#include "lib/http_client.h"
#include "lib/http_server.h"

enum { INSTANCES_MAX = 32, INSTANCE_WAITERS_MAX = 8 };

enum instance_state {
	INSTANCE_ABSENT,
	INSTANCE_PULLING,
	INSTANCE_STARTING,
	INSTANCE_RUNNING,
	INSTANCE_FAILED,
	INSTANCE_STATES
};

struct supervisor;
struct image_job;

struct instance {
	struct supervisor *s;
	struct instance *prev, *next;
	struct workload w;
	enum instance_state state;
	bool wanted;  /* is to run */
	bool healthy; /* has been, in this life of the process */
	bool hung;    /* was killed since it didn't answer */
	char cause[32];
	char detail[400];
	char directory[CHILD_PATH_MAX];
	struct child child;
	struct image_job *job; /* under way */
	uv_timer_t timer;      /* the next try, or the next look at its health */
	unsigned backoff_ms, early_ends, tries, misses;
	unsigned long health_call; /* 0: none under way */
	uint64_t spawned_ns;	   /* CLOCK_MONOTONIC */
	unsigned parts;		   /* while it is closed: that the loop still has */
	uint64_t image_bytes, pulled_bytes, tried_bytes;
	uint64_t pull_us, check_us, start_us;
	unsigned long restarts;
	size_t waiter_count; /* DELETEs that wait for its end */
	struct http_request *waiter[INSTANCE_WAITERS_MAX];
};

struct supervisor_config {
	uv_loop_t *loop;
	struct http_client *client; /* borrowed, as all texts */
	const char *repository, *state_dir,
		*cloud_url; /* cloud_url "": images are here, or nowhere */
	const char *token, *token_file, *name, *noun; /* noun: "app" or "service", in JSON */
	unsigned number;
	struct in_addr address;
	uint64_t rate_bytes_per_s;
	void (*changed)(void *user); /* the state of an instance; or NULL */
	void *user;
};

struct supervisor {
	struct supervisor_config config;
	struct instance *instances;
	size_t count;
	struct image_job *jobs; /* under way, also those whose outcome is nobody's any more */
	bool closing;
};

/** supervisor_init - @s->config is set; makes the state's directory; Return: 0 or a negative errno
 */
int supervisor_init(struct supervisor *s);
/**
 * supervisor_add - a workload to run, not run yet
 * @w: given, also on failure
 * Return: 0, -EEXIST, -EADDRINUSE (its rest_port is another's), -ENOSPC
 */
int supervisor_add(struct supervisor *s, struct workload *w);
/** supervisor_add_configured - each of the configuration's @list (NULL: none); logs what is wrong
 * and where; @what: the word for one of them; Return: 0 or a negative errno */
int supervisor_add_configured(struct supervisor *s, struct yaml_doc *doc,
			      const struct yaml_node *list, const char *what);
/** supervisor_restore - workloads that REST registered in an earlier life; those that are there
 * already stay as they are */
void supervisor_restore(struct supervisor *s);
/** supervisor_begin - take up instances that run, start those that should: once all are there and
 * the REST server is up */
void supervisor_begin(struct supervisor *s);
/** supervisor_free - instances run on; waits for worker threads to let go */
void supervisor_free(struct supervisor *s);
struct instance *supervisor_find(struct supervisor *s, const char *name);
/** supervisor_register - by REST; @w: given. Kept over restarts; Return: 1 new, 0 as it was or
 * replaced, -EBUSY (an instance is there), -EPERM (in the configuration file), as supervisor_add,
 * or the state's errno */
int supervisor_register(struct supervisor *s, struct workload *w);
/** supervisor_unregister - Return: 0, -ENOENT, -EBUSY, -EPERM */
int supervisor_unregister(struct supervisor *s, const char *name);
/** supervisor_uses - an instance that is there, or on its way, is of this image */
bool supervisor_uses(const struct supervisor *s, const char *image);

/* instance.c */
int instance_init(struct instance *i, struct supervisor *s, struct workload *w);
/** instance_start - it is to run from now on; what keeps it from it is in its state */
void instance_start(struct instance *i);
/** instance_stop - it is not; the process is ended when there is one. Return: true when it is gone
 * already */
bool instance_stop(struct instance *i);
bool instance_is_there(const struct instance *i);
/** instance_resume - at the start of the agent */
void instance_resume(struct instance *i);
/** instance_close - let go of everything but a process that runs; frees it in the end */
void instance_close(struct instance *i);
json_t *instance_json(const struct instance *i); /* returned */
const char *instance_state_name(enum instance_state state);
void instance_url(const struct instance *i, char *buf, size_t size);
void instance_set(struct instance *i, enum instance_state state);
__attribute__((format(printf, 3, 4))) void instance_explain(struct instance *i, const char *cause,
							    const char *format, ...);
/** instance_image_ready, instance_image_failed - the image job's outcome */
void instance_image_ready(struct instance *i);
void instance_image_failed(struct instance *i, int rc, const char *text);

/* image_job.c */
int image_job_start(struct instance *i);
/** image_job_cancel - its outcome is nobody's any more */
void image_job_cancel(struct instance *i);
/** image_job_look - how far it is, into the instance */
void image_job_look(struct instance *i);

/* health.c */
void health_begin(struct instance *i);
void health_end(struct instance *i);

/* supervisor_rest.c: handlers' bodies; @name: from the path */
void supervisor_put_definition(struct supervisor *s, struct http_request *req, const char *name);
void supervisor_get_definition(struct supervisor *s, struct http_request *req, const char *name);
void supervisor_delete_definition(struct supervisor *s, struct http_request *req, const char *name);
void supervisor_put_instance(struct supervisor *s, struct http_request *req, const char *name);
void supervisor_get_instance(struct supervisor *s, struct http_request *req, const char *name);
/** supervisor_delete_instance - 409 IN_USE while its GET /v1/players lists any, unless ?force=1 */
void supervisor_delete_instance(struct supervisor *s, struct http_request *req, const char *name);
json_t *supervisor_definitions_json(const struct supervisor *s);
json_t *supervisor_instances_json(const struct supervisor *s);
void supervisor_metrics(const struct supervisor *s, FILE *out);

#endif
