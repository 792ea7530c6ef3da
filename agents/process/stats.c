// SPDX-License-Identifier: Apache-2.0
#include "agents/process/stats.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "gen/criu_stats.pb-c.h"

/* Numbers of CRIU's image format: of service images, and of statistics among them */
enum { HEAD_SIZE = 12, SERVICE_MAGIC = 0x55105940, STATS_MAGIC = 0x57093306 };

static uint32_t le32(const uint8_t *octets)
{
	return octets[0] | (uint32_t)octets[1] << 8 | (uint32_t)octets[2] << 16 |
	       (uint32_t)octets[3] << 24;
}

static void take(const CriuStats *stats, struct criu_stats *ret)
{
	if (stats->dump) {
		ret->dump = true;
		ret->frozen_us = stats->dump->frozen_us;
		ret->memory_us = stats->dump->memory_us;
		ret->write_us = stats->dump->write_us;
		ret->pages = stats->dump->pages_written;
		ret->pages_skipped = stats->dump->pages_skipped;
		ret->pages_lazy = stats->dump->pages_lazy;
	}
	if (stats->restore) {
		ret->restore = true;
		ret->forking_us = stats->restore->forking_us;
		ret->restore_us = stats->restore->restore_us;
		ret->pages_restored = stats->restore->pages_restored;
	}
}

int criu_stats_parse(const uint8_t *octets, size_t len, struct criu_stats *ret)
{
	CriuStats *stats;

	memset(ret, 0, sizeof(*ret));
	if (len < HEAD_SIZE || le32(octets) != SERVICE_MAGIC || le32(octets + 4) != STATS_MAGIC ||
	    le32(octets + 8) != len - HEAD_SIZE)
		return -EBADMSG;
	stats = criu_stats__unpack(NULL, len - HEAD_SIZE, octets + HEAD_SIZE);
	if (!stats)
		return -EBADMSG;
	take(stats, ret);
	criu_stats__free_unpacked(stats, NULL);
	return 0;
}

int criu_stats_read(const char *path, struct criu_stats *ret)
{
	uint8_t octets[CRIU_STATS_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t len = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	while (len < sizeof(octets) && (got = read(fd, octets + len, sizeof(octets) - len)) > 0)
		len += (size_t)got;
	close(fd);
	if (got < 0)
		return -EIO;
	return len > CRIU_STATS_MAX ? -EBADMSG : criu_stats_parse(octets, len, ret);
}
