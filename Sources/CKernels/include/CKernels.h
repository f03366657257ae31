// Kernels of the population engine, compiled for several instruction sets and chosen at run time.
//
// Levels: 0 = what every processor of the architecture has (SSE2, NEON), 1 = AVX2, 2 = AVX-512. Every function is the
// twin of a Swift function in Runtime/Kernels of the same meaning; that file documents layouts and widths.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Spikes of one step in groups, and the table of where each group's sums go.
typedef struct {
  long groups;
  const uint32_t *keys, *starts;           // source pixel per group; groups + 1
  const uint32_t *rows;                    // weight row per spike
  const int32_t *payloads;                 // per spike, or null
  const uint32_t *run_starts, *run_taps;   // runs of pixel k: run_starts[k] ..< run_starts[k + 1]; first tap of a run
  const uint32_t *run_targets, *targets;   // targets of run r: run_targets[r] ..< run_targets[r + 1]; first accumulator
  const int16_t *weights;
  long row_stride, tap_lanes, half;        // lanes from row to row, of a tap, of a block of packed pairs (8, 16, 32)
  const int16_t *factors;                  // that sums of packed pairs are multiplied by, one a target channel; or null
} ck_delivery;

// Steps of a population's update. Parameters repeat every `tile` neurons; all counts are multiples of 16.
typedef struct {
  long steps;                              // each at these lanes (of masks: words) after the one before
  long narrow_step, wide_step, drive_step, mask_step;
  long count, tile;
  int32_t *v;
  int16_t *narrow;                         // or null; cleared
  int32_t *wide;                           // or null; cleared
  const int32_t *drive;                    // or null; repeats every `drive_tile`
  long drive_tile;
  const int32_t *limit, *negative;         // fires where v >> phase > limit, or (not null) v <= negative,
  const int32_t *sent;                     // and (not null) its own sent > 0
  const int32_t *reset;                    // subtracted << phase
  int32_t fraction, phase, leak, low, high;
  uint16_t *masks;                         // a bit per neuron that fires
} ck_update;

// One step of max-pooling gates, channels in whole vectors of 16.
typedef struct {
  long windows, padded;                    // channels of a pixel, with padding
  const uint32_t *cell_starts, *cells;     // cells of window w: cell_starts[w] ..< cell_starts[w + 1], at least one; their counts
  const int16_t *counts;                   // of the source
  int16_t *largest, *change;               // of each window; change, or null
  uint8_t *touched;                        // windows to look at; cleared
  uint16_t *masks;                         // a bit where the largest count changed; of windows not looked at, left
} ck_gate;

// All of a step's sources as bytes, against all weights: positions times blocks of 16 targets.
typedef struct {
  long positions, taps, quads, blocks;     // quads of source channels
  long padded;                             // accumulators from position to position
  const uint32_t *bases, *offsets;         // byte of `x` where a position's sources start; that a tap adds
  const uint8_t *x;                        // 0...127
  const int8_t *weights;                   // [block][tap][quad][16 targets][4 sources]
  const int32_t *starts;                   // 16 a block: what sums start from
  const int16_t *factors;                  // 16 a block: that sums are multiplied by; or null
} ck_dense;

// The same for 16 rows at once, which are steps of one position or neighbours in one step. Sources are read 64 at a time.
typedef struct {
  long positions, blocks, padded;          // as in ck_dense
  long rows, row_bytes, row_lanes;         // rows, at most 16, and how far apart they lie in `x` and in accumulators
  long group, width, column;               // positions that rows are of: 1 where they are steps; of a line; before the first
  long chunks;                             // of 64 sources each
  const uint32_t *bases, *offsets;         // byte of `x` where a position's sources start; that a chunk adds
  const uint8_t *x;                        // 0...127
  const int8_t *weights;                   // [block][chunk][16 quads][16 targets][4 sources]
  const int32_t *starts;                   // 16 a block: what sums start from
  const int16_t *factors;                  // 16 a block: that sums are multiplied by; or null
} ck_tiles;

// The same for sources that are bits, at most 16 steps of each position, 64 sums of a number of 6 sources for each
// target.
typedef struct {
  long positions, numbers, blocks;         // numbers of a position
  long padded, steps, step_lanes;          // accumulators from position to position; from step to step
  const uint32_t *bases, *offsets;         // lane of `x` where a position's numbers start; that each number adds
  const uint16_t *x;                       // [16 steps] of each number
  const int16_t *tables;                   // [block][4 times 4 targets][number][4 targets][64]
  const int16_t *factors;                  // as in ck_dense
} ck_tables;

// A line of pixels as numbers of 6 bits for ck_tables: those of its own channels, a plane each; in the planes behind,
// channels that are left over, or where they are joined, what is left of all columns of a window.
typedef struct {
  long width, words;                       // pixels, and words of a pixel's mask
  long own, left, joined;                  // numbers of a pixel; channels left over, 0...5; numbers of a window
  long columns, plane;                     // pixels of a window; lanes from plane to plane
  long first, end;                         // windows' first pixels, counted from the line's
} ck_numbers;

// y[row][v] += sum over taps k of w[k][row] * x[offsets[k] + v * step], for vectors v of 16 floats.
typedef struct {
  long taps, block;                        // rows that weights are packed by: 8, or 1
  const long *offsets;                     // in floats, per tap
  long step, row_stride;                   // floats from vector to vector of x; from row to row of y, whose vectors adjoin
  int cuts;                                // whether what is written is min(max(y, 0), high)
  float high;
} ck_products;

// Pooling of a map of vectors of 16 floats.
typedef struct {
  long height, width, out_height, out_width;
  long kernel_y, kernel_x, stride_y, stride_x, top, left; // top, left: rows and columns of padding
  float share;                             // what sums are multiplied with; 0: the largest value instead
} ck_pool;

enum { CK_INTEGRATE = 1, CK_SATURATE = 2, CK_FIRE = 4, CK_RESET = 8, CK_HARD = 16 };

// What a thread says to its processor while it waits for another.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Highest level that this processor runs.
int ck_best_level(void);
// Packed pairs into accumulators of `bits` = 16 or 32; 0: one weight a lane into 32 bits.
void ck_deliver(int level, const ck_delivery *d, void *accumulators, int bits);
// `rows` of a block (at most 8), `vectors` of 16 floats. A row's sum does not depend on the others, nor a vector's.
// With `bias`, one a row, it is added to that instead of to what y holds.
void ck_multiply(
  int level, const ck_products *p, const float *weights, const float *x, float *y, const float *bias, long rows,
  long vectors);
// y += x * factor of `count` vectors of 16 floats; `cuts`: then min(max(y, 0), high).
void ck_add_scaled(int level, const float *x, float *y, long count, float factor, int cuts, float high);
// Of one channel. Padding is never counted; what covers nothing is 0.
void ck_pool_map(int level, const ck_pool *p, const float *x, float *y);
// Fires neurons in floats, `count` vectors of 16 samples, with one threshold and soft reset, after adding `more` to
// each potential. `sent`, or null: of signed neurons, spikes that may be taken back below `negative`. Without `up` it
// is a trial. `up` and `down` get 16 bits a vector. Returns positive minus negative spikes of the samples in `lanes`.
long ck_fire(
  int level, float *v, float *sent, long count, float threshold, float negative, float more, uint16_t lanes,
  uint16_t *up, uint16_t *down);
// min(max(x, 0), high) of `count` vectors of 16 floats.
void ck_clip(int level, float *values, long count, float high);
// Highest, lowest and number of non-zero ones of `count` vectors of 16 floats, each lane on its own; they go on from what
// the 16 `high`, `low` and `active` hold.
void ck_extremes(int level, const float *values, long count, float *high, float *low, int32_t *active);
// Adds the number of values above `limit` to the 16 of `above`, each lane on its own.
void ck_above(int level, const float *values, long count, float limit, int32_t *above);
// Counts the positive values of the first `lanes` lanes in bins 0...last of width 1 / scale; above all in the last one. The
// others are counted in bin last + 1.
void ck_histogram(
  int level, const float *values, long count, long lanes, float scale, int32_t last, int32_t *counts);
// Returns the number of bits.
long ck_gate_step(int level, const ck_gate *g);
// A byte for each neuron, 1 where its bit is set: 16 at a time, `used` of the `words` of a pixel, at places[pixel]. Where there
// are `starts`, a place is a cell's, and its bytes the sums over members[starts[cell]] ..< members[starts[cell + 1]]. Places
// rise: what lies behind a pixel's last channel is written before the next pixel is.
void ck_write_bytes(
  int level, const uint16_t *masks, long pixels, long words, long used, const uint32_t *places, const uint32_t *starts,
  const uint32_t *members, uint8_t *map);
// Adds to each step's counts the bits of `pixels` times `words` words, and how many pixels have any; `apart` words from
// each other.
typedef struct { long groups, bits; } ck_found;
void ck_count_bits(
  int level, const uint16_t *masks, long steps, long apart, long pixels, long words, ck_found *counts);
// Adds the number of steps in which its bit is set to each neuron's total; at most 255 steps, `apart` words from each other.
void ck_add_spikes(int level, const uint16_t *masks, long steps, long apart, long words, uint32_t *totals);
// Adds n * n and n * last of `count` vectors of 16 neurons to *squares and *products; returns how many n are not 0.
long ck_course(
  int level, const uint32_t *n, const uint32_t *last, long count, uint64_t *squares, uint64_t *products);
// Adds the weight of its channel to the accumulator of each neuron whose bit is set; `bits` = 16 or 32.
void ck_add_masked(
  int level, const uint16_t *masks, long pixels, long words, const int32_t *weights, void *accumulators, int bits);
enum { CK_DENSE_PLAIN, CK_DENSE_AVX2, CK_DENSE_AVXVNNI, CK_DENSE_AVX512VNNI, CK_DENSE_DOTPROD, CK_DENSE_AMX, CK_DENSE_TABLES };
// Whether this processor runs a kind of dense delivery.
int ck_has_dense(int kind);
// Adds to accumulators of `bits` = 16 or 32, modulo 2^bits.
void ck_dense_deliver(int kind, const ck_dense *d, void *accumulators, int bits);
// Whether this processor and system have matrix instructions; only then may they be used.
int ck_has_tiles(void);
void ck_tiles_deliver(const ck_tiles *t, void *accumulators, int bits);
// Where CK_DENSE_TABLES is one of its kinds. Sums are modulo 2^16 before they are multiplied.
void ck_tables_deliver(const ck_tables *t, void *accumulators, int bits);
// Masks of a line's 16 steps (null: no bits) as ck_tables reads them; `x` is where the line's first pixel is. What lies
// around the line is 0.
void ck_write_numbers(const ck_numbers *n, const uint16_t *const *masks, uint16_t *x);
// Whether this processor has instructions for SHA-256; only then `blocks` of 64 bytes may be taken into the state's 8 words.
int ck_has_sha256(void);
void ck_sha256(uint32_t *state, const uint8_t *bytes, long blocks, const uint32_t *constants);
// Returns the number of neurons that fire, in all steps; adds saturations to *saturations.
long ck_step(int level, const ck_update *u, int flags, long *saturations);
#if defined(__x86_64__)
// Level 2 only. Spikes of the masks, pixels in `order` (or null): channel per spike, pixel and end per pixel that has
// any, of at most so many; each adds 1 to its neuron's count (or null). Returns pixels written; writes nothing behind them.
long ck_collect(
  const uint16_t *masks, const uint32_t *order, long pixels, long padded, uint32_t first, long most, uint32_t *out_pixels,
  uint32_t *out_ends, uint32_t *channels, uint8_t *counts);
#endif
