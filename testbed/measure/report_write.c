// SPDX-License-Identifier: Apache-2.0
/* The report's files. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testbed/measure/report.h"

static int write_csv(const struct report *r, FILE *out)
{
	report_csv(r, out);
	return 0;
}

static int write_svg(const struct report *r, FILE *out)
{
	report_svg(r, out);
	return 0;
}

/* A file is there whole or not at all; what was there before is left when there is no room. */
static int write_file(const struct report *r, const char *path, const char *aside,
		      int (*write)(const struct report *, FILE *))
{
	FILE *out = fopen(aside, "we");
	int status;

	if (!out)
		return -errno;
	errno = 0;
	status = write(r, out);
	if (fflush(out) != 0 || ferror(out))
		status = errno ? -errno : -EIO;
	if (fclose(out) != 0 && status == 0)
		status = -errno;
	if (status == 0 && rename(aside, path) < 0)
		status = -errno;
	if (status < 0)
		unlink(aside);
	return status;
}

static int make_folders(const char *dir)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s", dir) >= PATH_MAX)
		return -ENAMETOOLONG;
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			return -errno;
		if (!slash)
			return 0;
		*slash = '/';
	}
}

int report_folder(const char *dir)
{
	char path[PATH_MAX];
	FILE *file;
	int r = dir[0] ? make_folders(dir) : -ENOENT;

	if (r < 0)
		return r;
	if (snprintf(path, sizeof path, "%s/.report.new", dir) >= PATH_MAX)
		return -ENAMETOOLONG;
	file = fopen(path, "we");
	if (!file)
		return -errno;
	fclose(file);
	unlink(path);
	return 0;
}

static bool is_of_app(int (*write)(const struct report *, FILE *))
{
	return write == report_stages_svg || write == report_inputs_svg ||
	       write == report_inputs_csv;
}

static bool is_watched(const struct report *r, int (*write)(const struct report *, FILE *))
{
	if (write == report_resources_svg || write == report_resources_csv)
		return r->resources.interval_ns > 0;
	return write != report_bytes_csv || r->bytes_places;
}

int report_write(const struct report *r, const char *dir, char *ret_path)
{
	static const struct {
		const char *end;
		int (*write)(const struct report *, FILE *);
	} forms[] = {{".json", report_json},
		     {".csv", write_csv},
		     {".hlog", report_hlog},
		     {".svg", write_svg},
		     {"-timeline.svg", report_timeline_svg},
		     {"-phases.svg", report_phases_svg},
		     {"-storm.svg", report_storm_svg},
		     {"-stages.svg", report_stages_svg},
		     {"-inputs.svg", report_inputs_svg},
		     {"-inputs.csv", report_inputs_csv},
		     {"-resources.svg", report_resources_svg},
		     {"-resources.csv", report_resources_csv},
		     {"-bytes.csv", report_bytes_csv}};
	char aside[PATH_MAX];
	int status = make_folders(dir);

	snprintf(ret_path, PATH_MAX, "%s", dir);
	snprintf(aside, sizeof aside, "%s/.report.new", dir);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0] && status == 0; i++) {
		if (forms[i].write == report_storm_svg && !r->storm.rounds)
			continue;
		if (is_of_app(forms[i].write) && !r->app[0])
			continue;
		if (!is_watched(r, forms[i].write))
			continue;
		snprintf(ret_path, PATH_MAX, "%s/report%s", dir, forms[i].end);
		status = write_file(r, ret_path, aside, forms[i].write);
	}
	return status;
}
