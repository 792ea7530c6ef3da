// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/process_use.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tests/integration/dataplane_net.h"

enum { MAPS_MAX = 128 };

/* The number of the line that begins with @name; Return: false: there is none */
static bool number_find(const char *path, const char *name, uint64_t *ret)
{
	FILE *file = fopen(path, "re");
	unsigned long number;
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)) &&
		    sscanf(line + strlen(name), " %lu", &number) == 1) {
			*ret = number;
			found = true;
		}
	if (file)
		fclose(file);
	return found;
}

uint64_t process_memory(pid_t pid)
{
	char path[64];
	uint64_t kb;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (!number_find(path, "RssAnon:", &kb))
		bail(path, ENOENT);
	return kb * 1024;
}

double process_seconds(pid_t pid)
{
	unsigned long ns;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%lu", &ns) != 1)
		bail(path, ENOENT);
	fclose(file);
	return (double)ns / 1e9;
}

static bool seen_add(uint64_t seen[MAPS_MAX], size_t *n, uint64_t id)
{
	for (size_t i = 0; i < *n; i++)
		if (seen[i] == id)
			return false;
	if (*n == MAPS_MAX)
		bail("maps", ENOSPC);
	seen[(*n)++] = id;
	return true;
}

uint64_t process_maps_memory(pid_t pid)
{
	uint64_t seen[MAPS_MAX], id, octets, sum = 0;
	const struct dirent *entry;
	char folder[64], path[352];
	size_t n = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "/proc/%d/fdinfo", (int)pid);
	dir = opendir(folder);
	if (!dir)
		bail(folder, errno);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (number_find(path, "map_id:", &id) && number_find(path, "memlock:", &octets) &&
		    seen_add(seen, &n, id))
			sum += octets;
	}
	closedir(dir);
	return sum;
}
