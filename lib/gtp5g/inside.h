/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of lib/gtp5g: values of types that are more than a number, one file each. */
#ifndef BATON_GTP5G_INSIDE_H
#define BATON_GTP5G_INSIDE_H

#include "lib/gtp5g/gtp5g.h"

/** gtp5g_flow_put - its attributes, inside of the nest that the caller has begun; Return: is there
 * room */
bool gtp5g_flow_put(const struct ipfilter *flow, struct nlmsghdr *nlh, size_t size);
int gtp5g_flow_take(const struct nlattr *nest, struct ipfilter *ret_flow);
/** gtp5g_flow_read - Return: 0, or -EINVAL with @ret_expected */
int gtp5g_flow_read(const char *text, struct ipfilter *ret_flow,
		    struct gtp5g_expected *ret_expected);
void gtp5g_flow_print(const struct ipfilter *flow, FILE *out);

/** gtp5g_check_quota - does a quota last, of a URR as it is or will be; Return: 0, or -EINVAL with
 * @ret_why */
int gtp5g_check_quota(const struct gtp5g_rule *urr, struct gtp5g_expected *ret_why);

/** gtp5g_route_read - @len octets, "10.1.0.0/16"; Return: 0 or -EINVAL */
int gtp5g_route_read(const char *text, size_t len, struct gtp5g_route *ret_route);

/** gtp5g_number_read - digits or 0x and digits, and nothing else, in @len octets; Return: 0 or
 * -EINVAL */
int gtp5g_number_read(const char *text, size_t len, uint64_t max, uint64_t *ret_number);
/** gtp5g_ipv4_read - @len octets; Return: 0 or -EINVAL */
int gtp5g_ipv4_read(const char *text, size_t len, struct in_addr *ret_address);

/** gtp5g_expect - say what would be right; Return: -EINVAL */
int gtp5g_expect(struct gtp5g_expected *ret_expected, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
