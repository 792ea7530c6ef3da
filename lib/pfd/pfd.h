/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFD Contents: what tells the packets of an application (TS 29.244 V17 cl. 8.2.39): bytes of the
 * IE's value <-> plain struct -> text. No I/O, no allocation, no state.
 *
 * Only flow descriptions are matched by Baton's data planes. URLs, domain names and custom contents
 * are beyond the headers that a data plane reads; they are kept as they came, for display and to be
 * sent on. Where a PFD has any of them too, its flow descriptions alone would take in more than it
 * means, so that such a PFD is not detectable at all: pfd_is_detectable.
 */
#ifndef BATON_PFD_PFD_H
#define BATON_PFD_PFD_H

#include "lib/ipfilter/ipfilter.h"

/* Most of each in one PFD that are kept; one with more is refused */
#define PFD_MAX_FLOW	 16
#define PFD_MAX_URL	 4
#define PFD_MAX_DOMAIN	 4
#define PFD_MAX_TEXT	 255 /* characters of a URL or a domain name */
#define PFD_MAX_PROTOCOL 31
#define PFD_MAX_CUSTOM	 255

/**
 * struct pfd_domain - Domain Name and Domain Name Protocol
 * @protocol: in which protocol the name is looked for; @protocol_len octets, 0: any
 */
struct pfd_domain {
	char name[PFD_MAX_TEXT + 1];
	uint8_t protocol_len;
	uint8_t protocol[PFD_MAX_PROTOCOL];
};

/**
 * struct pfd - one PFD Contents
 * @flow: any of them has to match
 * @url, @domain: not empty, printable
 * @custom: @custom_len octets, of whatever form, with @has_custom
 */
struct pfd {
	uint8_t n_flow, n_url, n_domain;
	bool has_custom;
	uint8_t custom_len;
	struct ipfilter flow[PFD_MAX_FLOW];
	char url[PFD_MAX_URL][PFD_MAX_TEXT + 1];
	struct pfd_domain domain[PFD_MAX_DOMAIN];
	uint8_t custom[PFD_MAX_CUSTOM];
};

/**
 * pfd_decode - the value of an IE
 * @value: from octet 5 (the flags) on, @len octets; octets behind what the flags name are skipped
 * @ret: overwritten; holds on success
 * @ret_err: written on failure, its position counts octets from @value on; may be NULL
 *
 * Return: 0; -EBADMSG, malformed: cut, empty, not printable, a Domain Name Protocol without a name;
 * -EINVAL or -EOPNOTSUPP, a flow description that ipfilter_parse refuses for IPFILTER_PFD; -ENOSPC,
 * more than is kept.
 *
 * Spec: TS 29.244 cl. 8.2.39
 */
int pfd_decode(const uint8_t *value, size_t len, struct pfd *ret,
	       struct ipfilter_error *ret_err) IPFILTER_MUST_CHECK;

/**
 * pfd_encode - the value of an IE
 *
 * The first of a kind is in the field of its own, the others are in the additional one, which needs
 * a UPF with the feature PFDE.
 *
 * Return: 0; -EINVAL, nothing in it, or what pfd_decode would refuse; -ENOBUFS, @size is too small.
 */
int pfd_encode(const struct pfd *pfd, uint8_t *buf, size_t size,
	       size_t *ret_len) IPFILTER_MUST_CHECK;

/**
 * pfd_print - `flow="permit out 6 from 192.0.2.7 443 to assigned" url="^http://a/"
 * domain="a.example" protocol=01 custom=00ff`; octets as hexadecimal digits, and a \ before each "
 * and \ of a URL or a domain name
 *
 * Return: as ipfilter_print
 */
size_t pfd_print(const struct pfd *pfd, char *buf, size_t size);

/** pfd_is_detectable - flow descriptions, and nothing else that would have to match too */
bool pfd_is_detectable(const struct pfd *pfd);

/** pfd_match - the reference for the data planes; false for what is not detectable. Arguments as
 * for ipfilter_sdf_match */
bool pfd_match(const struct pfd *pfd, const struct ipfilter_packet *packet,
	       const struct ipfilter_ue *ue, bool uplink);

#endif
