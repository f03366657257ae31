// Dense delivery by dot products of four bytes. Before inclusion: KIND(x) (a name of this kind), BYTES (vector width),
// TILES(X) (positions and blocks of 16 targets that a register tile holds, those of most blocks first), DOT(sum, x, w):
// adds four products of bytes to each 32-bit lane.
#define PARTS (64 / BYTES)
typedef int32_t KIND(i32) __attribute__((vector_size(BYTES), aligned(4)));
typedef uint32_t KIND(u32) __attribute__((vector_size(BYTES), aligned(4)));
typedef int16_t KIND(i16) __attribute__((vector_size(BYTES / 2), aligned(2)));

// P positions times Z blocks in registers over all taps, then one addition in memory.
#define TILE(P, Z)                                                                                  \
  INLINE void KIND(tile_##P##_##Z)(const ck_dense *d, long at, long block, void *acc, int bits) {   \
    const long length = d->taps * d->quads * 64;                                                    \
    const int8_t *w = d->weights + block * length;                                                  \
    const uint8_t *x[P];                                                                            \
    KIND(i32) s[P][Z * PARTS];                                                                      \
    UNROLL for (int p = 0; p < P; p++) {                                                            \
      x[p] = d->x + d->bases[at + p];                                                               \
      UNROLL for (int k = 0; k < Z * PARTS; k++)                                                    \
        s[p][k] = *(const KIND(i32) *)(d->starts + (block * PARTS + k) * (BYTES / 4));              \
    }                                                                                               \
    for (long tap = 0; tap < d->taps; tap++) {                                                      \
      const long offset = d->offsets[tap];                                                          \
      for (long q = 0; q < d->quads; q++, w += 64) {                                                \
        KIND(i32) y[Z * PARTS];                                                                     \
        UNROLL for (int k = 0; k < Z * PARTS; k++)                                                  \
          y[k] = *(const KIND(i32) *)(w + k / PARTS * length + k % PARTS * BYTES);                  \
        UNROLL for (int p = 0; p < P; p++) {                                                        \
          int32_t four;                                                                             \
          __builtin_memcpy(&four, x[p] + offset + q * 4, 4);                                        \
          const KIND(i32) all = four - (KIND(i32)){};                                               \
          UNROLL for (int k = 0; k < Z * PARTS; k++) s[p][k] = DOT(s[p][k], all, y[k]);             \
        }                                                                                           \
      }                                                                                             \
    }                                                                                               \
    UNROLL for (int p = 0; p < P; p++) UNROLL for (int k = 0; k < Z * PARTS; k++) {                 \
      const long to = (at + p) * d->padded + block * 16 + k * (BYTES / 4);                          \
      if (d->factors)                                                                               \
        s[p][k] = (KIND(i32))((KIND(u32))s[p][k] * (KIND(u32))__builtin_convertvector(              \
          *(const KIND(i16) *)(d->factors + block * 16 + k * (BYTES / 4)), KIND(i32)));             \
      if (bits == 16) *(KIND(i16) *)((int16_t *)acc + to) += __builtin_convertvector(s[p][k], KIND(i16)); \
      else *(KIND(i32) *)((int32_t *)acc + to) += s[p][k];                                          \
    }                                                                                               \
  }                                                                                                 \
  static long KIND(tiles_##P##_##Z)(const ck_dense *d, long at, long block, void *acc, int bits) {  \
    for (; at + P <= d->positions; at += P)                                                         \
      if (bits == 16) KIND(tile_##P##_##Z)(d, at, block, acc, 16);                                  \
      else KIND(tile_##P##_##Z)(d, at, block, acc, 32);                                             \
    return at;                                                                                      \
  }
TILES(TILE)

static void KIND(dense)(const ck_dense *d, void *acc, int bits) {
  for (long block = 0, width, at; block < d->blocks; block += width) {
    width = 0, at = 0;
#define RUN(P, Z) \
  if (width ? Z == width : block + Z <= d->blocks) width = Z, at = KIND(tiles_##P##_##Z)(d, at, block, acc, bits);
    TILES(RUN)
#undef RUN
  }
}
#undef TILE
#undef TILES
#undef DOT
#undef PARTS
#undef KIND
#undef BYTES
