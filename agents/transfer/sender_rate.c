// SPDX-License-Identifier: Apache-2.0
/* The rate of the way to a receiver, measured with octets of nothing. */
#include <unistd.h>

#include "agents/transfer/sender_internal.h"
#include "lib/daemon.h"
#include "lib/wire.h"

enum { US_NS = 1000 };

static int send_nothing(const struct transfer_io *io, uint64_t bytes, struct transfer_error *err)
{
	static const uint8_t nothing[TRANSFER_DATA_MAX];
	uint8_t number[sizeof(bytes)];
	int rc;

	wire_store64(number, bytes);
	rc = transfer_send(io, TRANSFER_PROBE, number, sizeof(number));
	while (!rc && bytes) {
		size_t n = bytes < sizeof(nothing) ? (size_t)bytes : sizeof(nothing);

		rc = transfer_send(io, TRANSFER_DATA, nothing, n);
		bytes -= n;
	}
	return rc ? sender_explain(io, rc, err) : 0;
}

int transfer_measure_rate(const struct transfer_target *to, uint64_t bytes, int wake,
			  struct transfer_rate *ret, struct transfer_error *err)
{
	struct transfer_io io = {-1, wake};
	struct transfer_status status;
	uint64_t begin_ns;
	int rc = sender_meet(to, &io, err);

	if (rc)
		return rc;
	begin_ns = clock_mono_ns();
	rc = send_nothing(&io, bytes, err);
	if (!rc)
		rc = sender_await(&io, &status, err, "awaiting the rate");
	close(io.fd);
	if (!rc)
		*ret = (struct transfer_rate){bytes, (clock_mono_ns() - begin_ns) / US_NS,
					      status.rate_bps};
	return rc;
}
