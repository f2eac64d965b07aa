# The time of events. A look at the clock costs as much as a third of an event, so most events go without one, and those
# that matter have it: the recording must say in which statement time has passed.
#
# - After one of WINDOW events the clock is looked at. That bounds the times of all events.
# - A statement that calls something which is not recorded, and one that may suspend its frame, is looked at when it
#   begins and when the next event comes: how long it lasted is known.
# - So is every other site the first CALM times that it is hit, and until it has been CALM times in a row over within LONG. The same holds for
#   what a statement does after a function that it called has returned.
# - When a window took long and no such pair of looks says where, the next events are all looked at, to find the site.
#
# The time of an event goes into the ring behind it, when it says something: it comes SPREAD after the last one told, or a
# statement has lasted LONG, or MOST windows have passed.

#
# What is long depends on what a look costs: where the system's clock is slow, as under an emulator, all bounds of time grow with it.

cdef enum:
    WINDOW = 32              # events
    WAITS = 1 << 20          # the weight of a site that is looked at
    CALM = 4
    MOST = 2                 # windows
    SEARCHED = 64            # events looked at when a window took long
    LONG = 1500              # ns, where reading the system's clock takes QUICK_CLOCK or less, and so for the next three
    SPREAD = 4000
    SLOW_WINDOW = 8000       # at first; twice as much when a search has found nothing, up to
    SLOWEST_WINDOW = 64000
    QUICK_CLOCK = 100
    RESET = 20000000         # ns after which the counter is set by the system's clock again
    SETTLED = 2000000        # and before which it is not used: its rate is not known well enough

cdef uint64_t ticks_zero = 0         # the counter at the beginning,
cdef uint64_t ticks_set = 0          # and when it was last set by the clock, and the time then
cdef uint64_t time_set = 0
cdef uint64_t ticks_valid = 0        # ticks for which this holds; 0: the counter is not used
cdef double tick_ns = 0
cdef bint counts_evenly = False

cdef int time_bias = 0               # what the countdown is below the events that are left of the window
cdef int windows = 0                 # since a time was told
cdef int searched = 0                # events that are still to be looked at
cdef bint search_found = False
cdef uint64_t clock_scale = 1
cdef uint64_t slow_window = SLOW_WINDOW
cdef uint64_t time_read = 0          # when the clock was last looked at
cdef uint64_t time_told = 0
cdef SiteData *site_read = NULL      # the site of the event at which it was, if the next one is looked at too,
cdef SiteData *site_again = NULL     # and where that ended a frame, the caller's


cdef uint64_t scale_of_clock() noexcept:
    """How many times as long as QUICK_CLOCK the system's clock takes to read, at least 1."""
    cdef uint64_t best = 0xFFFFFFFF
    cdef uint64_t before, after
    cdef int i
    for i in range(8):
        before = es_now()
        after = es_now()
        best = min(best, after - before)
    return max(best // QUICK_CLOCK, 1)


cdef void begin_time() noexcept:
    """The recording begins."""
    global time_zero, ticks_zero, ticks_set, time_set, ticks_valid, counts_evenly, time_read, time_told, site_read, site_again
    global time_bias, windows, searched, slow_window, clock_scale
    counts_evenly = es_counts_evenly()
    ticks_zero = ticks_set = es_ticks()
    time_zero = es_now()
    time_set = ticks_valid = time_read = time_told = 0
    site_read = site_again = NULL
    time_bias = windows = searched = 0
    clock_scale = scale_of_clock()
    slow_window = SLOW_WINDOW * clock_scale


cdef uint64_t set_counter(uint64_t ticks) noexcept:
    """The time by the system's clock, by which the counter is set."""
    global ticks_set, time_set, ticks_valid, tick_ns
    cdef uint64_t now = es_now() - time_zero
    if not counts_evenly:
        return now
    if now < SETTLED or ticks <= ticks_zero:
        ticks_valid = 0
    else:
        tick_ns = <double> now / <double> (ticks - ticks_zero)
        ticks_valid = <uint64_t> (<double> RESET / tick_ns)
    ticks_set = ticks
    time_set = now
    return now


cdef inline uint64_t time_now() noexcept:
    """ns since the recording began."""
    cdef uint64_t ticks = es_ticks()
    if es_unlikely(ticks - ticks_set >= ticks_valid):
        return set_counter(ticks)
    return time_set + <uint64_t> (<double> (ticks - ticks_set) * tick_ns)


cdef void tell_time(uint64_t now, uint64_t lasted) noexcept:
    """Write when the last event came, and how long what the event before it began has lasted, if that is known."""
    global time_told, windows
    cdef unsigned char *p
    time_told = now
    windows = 0
    if lasted == 0:
        event_u64(OP_TIME, now)
        return
    p = reserve(17)
    if p != NULL:
        p[0] = OP_LASTED
        commit(p, put_u64(put_u64(p + 1, now), lasted))


cdef void learn(SiteData *d, uint64_t lasted, bint calls) noexcept:
    """What the site began has lasted so long; `calls`: until recorded code was entered."""
    global search_found
    if lasted >= LONG * clock_scale:
        d.calm = 0
        if d.weight == 1:
            search_found = True
            d.weight = WAITS
    elif calls or not d.lasting:
        d.calm += 1
        if d.calm >= CALM:
            d.weight = 1
            d.calm = 0


cdef void learn_again(SiteData *d, uint64_t lasted) noexcept:
    """What the statement did after a function that it called had returned has lasted so long."""
    global search_found
    if lasted >= LONG * clock_scale:
        d.calm_again = 0
        if not d.again:
            search_found = True
            d.again = 1
    else:
        d.calm_again += 1
        if d.calm_again >= CALM:
            d.again = 0
            d.calm_again = 0


cdef void look_at_clock(SiteData *d) noexcept:
    """An event was written whose time matters, or with which a window is over."""
    global time_countdown, time_bias, windows, searched, search_found, slow_window, time_read, site_read, site_again, earned
    cdef uint64_t now = time_now()
    cdef uint64_t lasted = 0
    cdef int left = time_countdown + time_bias + d.weight - 1
    if now < time_read:
        now = time_read
    while left < 0:
        left += WINDOW
        windows += 1
        earned += WINDOW * EARNED
    if site_read != NULL:
        lasted = now - time_read
        if site_again != NULL:
            learn_again(site_again, lasted)
        else:
            learn(site_read, lasted, d.flags & F_ENTER != 0)
        if lasted < LONG * clock_scale:
            lasted = 0
    elif now - time_read >= slow_window:
        searched = SEARCHED
        search_found = False
    if lasted or now - time_told >= SPREAD * clock_scale or windows >= MOST:
        tell_time(now, lasted)
    if searched:
        searched -= 1
        if searched == 0:
            slow_window = clock_scale * SLOW_WINDOW if search_found else min(2 * slow_window, clock_scale * SLOWEST_WINDOW)
    site_read = site_again = NULL
    if searched or d.weight > 1 or d.leaves:
        if d.leaves and current != NULL and (searched or (<SiteData *>current.site).again):
            site_again = <SiteData *>current.site
            site_read = d
        elif not d.leaves:
            site_read = d
    time_read = now
    time_bias = left if site_read != NULL else 0
    time_countdown = left - time_bias


cdef inline void counted(SiteData *d) noexcept:
    """An event of the site was written."""
    global time_countdown
    time_countdown -= d.weight
    if es_unlikely(time_countdown < 0):
        look_at_clock(d)


cdef inline void back_in_caller() noexcept:
    """A frame has ended: what its caller's statement does from here on may be looked at."""
    global time_countdown, time_bias
    if es_likely(current != NULL) and es_unlikely((<SiteData *>current.site).again):
        time_countdown -= WAITS
        time_bias += WAITS
