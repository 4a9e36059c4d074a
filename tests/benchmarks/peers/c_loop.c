/* Workload W as an event loop in C: a calendar of buckets, a first-come queue, exact waits.

   Arguments: a file with the task and its people, and a file for the spells (see exchange.py).
   Prints the processor time of the simulation in seconds and the peak of its memory in bytes.
   Everybody has one pending event at a time, so the calendar is a list of people a bucket. Who
   waits has none: when a caseworker gets free, those who have left by then are passed over. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { PIECES = 4, NOBODY = -1 };
enum { ASK, END };

static struct {
    double people, caseworkers, horizon, boost, tau, meeting, later;
    double gap[2], first[2], from[PIECES], rate[PIECES];
} task;

static int32_t n;
static double *entry, *frailty, *threshold;
static int8_t *regime;

static double *at, *asked, *leave, *day, *stock, *due, *waited;
static int64_t *held;
static int8_t *kind;

static int32_t *bucket, *next, buckets, *queue, *now_here, room;
static double a_bucket;

static void *some(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) { fprintf(stderr, "out of memory\n"); exit(1); }
    return memory;
}

static double grown(double rate, double s, double days) {
    return rate * (days + task.boost * s * task.tau * (1.0 - exp(-days / task.tau)));
}

static double end_of_piece(int i) { return i + 1 < PIECES ? task.from[i + 1] : INFINITY; }

/* The exit, if no further meeting is held. */
static double exit_at(int32_t p) {
    double s = stock[p], d = day[p], left = threshold[p], rate = 0.0;
    for (int i = 0; i < PIECES; i++) {
        double stop = end_of_piece(i);
        if (stop <= d) continue;
        rate = frailty[p] * task.rate[i];
        double gain = isinf(stop) ? INFINITY : grown(rate, s, stop - d);
        if (gain >= left) break;
        left -= gain;
        s *= exp((d - stop) / task.tau);
        d = stop;
    }
    double days = 0.0, step = INFINITY;
    while (step > 1e-10) {
        double slope = rate * (1.0 + task.boost * s * exp(-days / task.tau));
        step = (left - grown(rate, s, days)) / slope;
        days += step;
    }
    return fmin(entry[p] + (d + days), task.horizon);
}

/* What is left of the threshold when a meeting ends on a spell day; the stock grows by one. */
static void meet(int32_t p, double until) {
    double s = stock[p], d = day[p], total = 0.0;
    for (int i = 0; i < PIECES; i++) {
        double stop = end_of_piece(i);
        if (stop <= d) continue;
        if (task.from[i] >= until) break;
        stop = fmin(stop, until);
        total += grown(frailty[p] * task.rate[i], s, stop - d);
        s *= exp((d - stop) / task.tau);
        d = stop;
    }
    threshold[p] -= total;
    stock[p] = stock[p] * exp((day[p] - until) / task.tau) + 1.0;
    day[p] = until;
    held[p]++;
    leave[p] = exit_at(p);
}

static int before(int32_t a, int32_t b) { return at[a] < at[b] || (at[a] == at[b] && a < b); }

static int32_t current, here, taken;

/* Into the bucket of its time; into its place among those of the bucket at hand. */
static void schedule(int32_t p, double time, int what) {
    at[p] = time;
    kind[p] = (int8_t)what;
    int32_t b = (int32_t)(time / a_bucket);
    if (b > current) {
        next[p] = bucket[b];
        bucket[b] = p;
        return;
    }
    if (here == room) {
        room *= 2;
        now_here = realloc(now_here, (size_t)room * sizeof *now_here);
        if (!now_here) { fprintf(stderr, "out of memory\n"); exit(1); }
    }
    int32_t i = here++;
    for (; i > taken && before(p, now_here[i - 1]); i--) now_here[i] = now_here[i - 1];
    now_here[i] = p;
}

static void plan(int32_t p, double now) {
    asked[p] = fmax(entry[p] + due[p], now);
    if (asked[p] < leave[p]) schedule(p, asked[p], ASK);
}

static void begin(int32_t p, double now) {
    waited[p] += now - asked[p];
    schedule(p, fmin(now + task.meeting, leave[p]), END);
}

static void simulate(void) {
    int32_t arrived = 0, free_caseworkers = (int32_t)task.caseworkers, head = 0, tail = 0;
    int32_t waiting = 0, size = n + 1;
    for (current = 0; current < buckets; current++) {
        double until = (current + 1) * a_bucket;
        here = taken = 0;
        for (int32_t p = bucket[current]; p != NOBODY;) {
            int32_t following = next[p];
            schedule(p, at[p], kind[p]);
            p = following;
        }
        for (; arrived < n && entry[arrived] < until; arrived++) {
            due[arrived] = task.gap[regime[arrived]];
            leave[arrived] = exit_at(arrived);
            plan(arrived, entry[arrived]);
        }
        while (taken < here) {
            int32_t p = now_here[taken++];
            double now = at[p];
            if (kind[p] == ASK) {
                if (free_caseworkers) {
                    free_caseworkers--;
                    begin(p, now);
                } else {
                    queue[tail] = p;
                    tail = tail + 1 == size ? 0 : tail + 1;
                    waiting++;
                }
                continue;
            }
            free_caseworkers++;
            while (waiting && free_caseworkers) {
                int32_t q = queue[head];
                head = head + 1 == size ? 0 : head + 1;
                waiting--;
                if (leave[q] <= now) {
                    waited[q] += leave[q] - asked[q];
                } else {
                    free_caseworkers--;
                    begin(q, now);
                }
            }
            if (now < leave[p]) {
                meet(p, now - entry[p]);
                int r = regime[p];
                due[p] = (double)(held[p] + 1) * task.gap[r];
                if (held[p] >= task.first[r])
                    due[p] = task.first[r] * task.gap[r] + (held[p] + 1 - task.first[r]) * task.later;
                plan(p, now);
            }
        }
    }
    for (; waiting; waiting--) {
        int32_t q = queue[head];
        head = head + 1 == size ? 0 : head + 1;
        waited[q] += leave[q] - asked[q];
    }
}

static void get(void *into, size_t size, size_t count, FILE *file) {
    if (fread(into, size, count, file) != count) { fprintf(stderr, "the task is cut\n"); exit(1); }
}

static void put(const void *from, size_t size, size_t count, FILE *file) {
    if (fwrite(from, size, count, file) != count) { perror("spells"); exit(1); }
}

/* From Linux, which counts anew for a new program; elsewhere, what the system says. */
static long peak_bytes(void) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[128];
    long kilobytes;
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld", &kilobytes) == 1) {
            fclose(status);
            return kilobytes * 1024;
        }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return usage.ru_maxrss;
#else
    return usage.ru_maxrss * 1024;
#endif
}

int main(int argc, char **argv) {
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (!file) { fprintf(stderr, "usage: c_loop TASK SPELLS\n"); return 2; }
    get(&task, sizeof task, 1, file);
    n = (int32_t)task.people;
    size_t many = (size_t)n;
    entry = some(many, sizeof *entry), frailty = some(many, sizeof *frailty);
    threshold = some(many, sizeof *threshold), regime = some(many, sizeof *regime);
    get(entry, sizeof *entry, many, file), get(frailty, sizeof *frailty, many, file);
    get(threshold, sizeof *threshold, many, file), get(regime, sizeof *regime, many, file);
    fclose(file);

    clock_t begun = clock();
    at = some(many, sizeof *at), asked = some(many, sizeof *asked);
    leave = some(many, sizeof *leave), day = some(many, sizeof *day);
    stock = some(many, sizeof *stock), due = some(many, sizeof *due);
    waited = some(many, sizeof *waited), held = some(many, sizeof *held);
    kind = some(many, sizeof *kind), next = some(many, sizeof *next);
    queue = some(many + 1, sizeof *queue);
    buckets = 4 * n + 1;
    a_bucket = task.horizon / (4.0 * n);
    bucket = some((size_t)buckets, sizeof *bucket);
    for (int32_t b = 0; b < buckets; b++) bucket[b] = NOBODY;
    room = 64;
    now_here = some((size_t)room, sizeof *now_here);
    simulate();
    double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;

    file = fopen(argv[2], "wb");
    if (!file) { perror(argv[2]); return 1; }
    for (int32_t p = 0; p < n; p++) leave[p] -= entry[p], stock[p] = (double)held[p];
    put(leave, sizeof *leave, many, file), put(stock, sizeof *stock, many, file);
    put(waited, sizeof *waited, many, file);
    if (fclose(file)) { perror(argv[2]); return 1; }
    printf("%.9f %ld\n", seconds, peak_bytes());
    return 0;
}
