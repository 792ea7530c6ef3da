// SPDX-License-Identifier: Apache-2.0
/* Moving a process: what two surveys say about whether it would go well. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "migration-manager/strategies/process.h"

struct decision {
	const struct process_takes *takes;
	const json_t *source, *destination;
	const char *cause;
	char *why;
	size_t size;
};

__attribute__((format(printf, 3, 4))) static bool refuse(struct decision *d, const char *cause,
							 const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(d->why, d->size, format, ap);
	va_end(ap);
	d->cause = cause;
	return true;
}

const char *const process_layers[PROCESS_LAYERS] = {"base", "application"};

/* Each: Return: true when it is refused */

static bool unsound(struct decision *d, const json_t *survey, const char *side)
{
	const json_t *criu = json_object_get(survey, "criu");
	const char *why = json_text(criu, "why");

	if (json_is_true(json_object_get(criu, "sound")))
		return false;
	return refuse(d, "CRIU_UNAVAILABLE", "at the %s: %s", side,
		      why[0] ? why : "CRIU was not found sound");
}

/* "6.1" of "6.1.0-44-amd64" */
static int same_release(const char *a, const char *b)
{
	for (unsigned dots = 0; *a == *b && *a; a++, b++) {
		dots += *a == '.';
		if (dots == 2)
			return true;
	}
	return *a == *b;
}

static bool versions_differ(struct decision *d)
{
	const char *from = json_text(json_object_get(d->source, "criu"), "version");
	const char *to = json_text(json_object_get(d->destination, "criu"), "version");
	const char *kernels[] = {json_text(d->source, "kernel"),
				 json_text(d->destination, "kernel")};

	if (!same_release(from, to))
		return refuse(d, "CRIU_UNAVAILABLE", "CRIU %s at the source, %s at the destination",
			      from, to);
	if (!same_release(kernels[0], kernels[1]))
		return refuse(d, "KERNEL_DIFFERS", "Linux %s at the source, %s at the destination",
			      kernels[0], kernels[1]);
	return false;
}

static bool array_has(const json_t *array, const char *text)
{
	const json_t *each;
	size_t i;

	json_array_foreach(array, i, each)
	{
		if (json_is_string(each) && strcmp(json_string_value(each), text) == 0)
			return true;
	}
	return false;
}

/* The process may use whatever the source's processor has. */
static bool cpu_lacks(struct decision *d)
{
	const json_t *has = json_object_get(d->destination, "cpu"), *flag;
	size_t i;

	json_array_foreach(json_object_get(d->source, "cpu"), i, flag)
	{
		const char *name = json_string_value(flag);

		if (name && !array_has(has, name))
			return refuse(d, "CPU_DIFFERS",
				      "the destination's processor has no '%s', which the source's "
				      "has",
				      name);
	}
	return false;
}

static bool memory_short(struct decision *d)
{
	uint64_t needed = json_u64(d->source, "memory");
	const json_t *free = json_object_get(d->destination, "memory_free");

	if (!json_is_integer(free) || (uint64_t)json_integer_value(free) >= needed)
		return false;
	return refuse(d, "MEMORY_SHORT",
		      "the destination's memory: %lld bytes are free, the process has %llu",
		      (long long)json_integer_value(free), (unsigned long long)needed);
}

/* ---- disk: what comes of a migration at each side ---- */

bool process_layer_missing(const json_t *source, const json_t *destination, const char *layer)
{
	const json_t *there = json_object_get(json_object_get(destination, "layers"), layer);
	const char *from = json_text(json_object_get(json_object_get(source, "manifests"), layer),
				     "digest"),
		   *to = json_text(
			   json_object_get(json_object_get(destination, "manifests"), layer),
			   "digest");

	if (!json_is_true(json_object_get(json_object_get(source, "layers"), layer)))
		return false; /* what the source is without isn't built upon */
	return !json_is_true(there) || (from[0] && to[0] && strcmp(from, to) != 0);
}

static uint64_t layers_missing(const struct decision *d)
{
	const json_t *manifests = json_object_get(d->source, "manifests");
	uint64_t bytes = 0;

	for (size_t i = 0; d->takes->brings_image && i < PROCESS_LAYERS; i++)
		if (process_layer_missing(d->source, d->destination, process_layers[i]))
			bytes += json_u64(json_object_get(manifests, process_layers[i]), "bytes");
	return bytes;
}

/* Rounds stay until the last of them has been restored. The first is all of the memory; what the
 * others come to depends on how fast it is written, and as much again is asked for. More than
 * that is found short while it still runs. */
static uint64_t images_expected(const struct decision *d)
{
	uint64_t memory = json_u64(d->source, "memory");

	return d->takes->members & PROCESS_TAKES_PRE_COPY ? 2 * memory : memory;
}

static bool disk_short(struct decision *d, const json_t *survey, const char *side, uint64_t layers,
		       uint64_t kept)
{
	const json_t *free = json_object_get(survey, "disk_free");
	uint64_t images = images_expected(d);

	if (!json_is_integer(free) || (uint64_t)json_integer_value(free) >= images + layers + kept)
		return false;
	return refuse(d, "DISK_SHORT",
		      "the %s's disk: %lld bytes are free; images need %llu, layers %llu, %llu "
		      "stay free",
		      side, (long long)json_integer_value(free), (unsigned long long)images,
		      (unsigned long long)layers, (unsigned long long)kept);
}

/* What is faulted in from the source is on no disk. */
static bool disks_short(struct decision *d)
{
	return !d->takes->lazy && (disk_short(d, d->source, "source", 0, 0) ||
				   disk_short(d, d->destination, "destination", layers_missing(d),
					      json_u64(d->destination, "disk_kept")));
}

static bool pid_taken(struct decision *d)
{
	const json_t *pid = json_array_get(json_object_get(d->destination, "pids_taken"), 0);

	return json_is_integer(pid) &&
	       refuse(d, "PID_IN_USE", "PID %lld of the process is taken at the destination",
		      (long long)json_integer_value(pid));
}

static bool image_lacks(struct decision *d)
{
	const char *from = json_text(d->source, "image"), *to = json_text(d->destination, "image");

	if (d->takes->brings_image)
		return !from[0] && refuse(d, "IMAGE_NOT_FOUND",
					  "the source has no image of the application to be sent");
	if (!to[0])
		return refuse(d, "IMAGE_NOT_FOUND",
			      "the destination has no image of the application");
	return strcmp(from, to) != 0 &&
	       refuse(d, "IMAGE_NOT_FOUND",
		      "version '%.40s' of the application at the source, '%.40s' at the "
		      "destination",
		      from, to);
}

static bool criu_refuses(struct decision *d)
{
	return unsound(d, d->source, "source") || unsound(d, d->destination, "destination") ||
	       versions_differ(d) || cpu_lacks(d) || disks_short(d) || pid_taken(d);
}

/* The application is to be of those that move themselves, on a kernel that lets it. */
static bool uncooperative(struct decision *d)
{
	const json_t *told = json_object_get(d->source, "cooperative");
	const char *why = json_text(told, "why");

	if (!json_is_object(told))
		return refuse(d, "NOT_COOPERATIVE",
			      "the application isn't one that moves itself (cooperative: true)");
	return !json_is_true(json_object_get(told, "supported")) &&
	       refuse(d, "NOT_COOPERATIVE", "at the source: %s",
		      why[0] ? why : "its kernel doesn't suit");
}

int process_decide(const struct process_takes *takes, const json_t *source,
		   const json_t *destination, const char **ret_cause, char *ret_why, size_t size)
{
	struct decision d = {.takes = takes,
			     .source = source,
			     .destination = destination,
			     .why = ret_why,
			     .size = size};
	bool refused = (takes->criu && criu_refuses(&d)) ||
		       (takes->cooperative && uncooperative(&d)) || memory_short(&d) ||
		       image_lacks(&d);

	*ret_cause = d.cause;
	return refused ? -EPERM : 0;
}
