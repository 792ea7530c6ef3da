/* SPDX-License-Identifier: Apache-2.0 */
/* Images that stay when their migration has ended, for rsync to take from when the application
 * comes back (004: "moved back, only deltas travel"): APP/basis, the last dump that was here. */
#ifndef BATON_AGENTS_TRANSFER_BASIS_H
#define BATON_AGENTS_TRANSFER_BASIS_H

#define TRANSFER_BASIS "basis"

/** transfer_basis_keep - APP/migrations/MIGRATION/dump becomes APP/basis, in the elder's place;
 * @app,
 * @images: directories; Return: 0, -ENOENT: no dump is there */
int transfer_basis_keep(const char *app, const char *images);

#endif
