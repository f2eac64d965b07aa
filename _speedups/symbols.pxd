"""The predicting coder of symbols, which say what comes next: the control stream. One function both writes (ENC) and reads."""
from libc.stdint cimport int64_t, uint8_t, uint32_t

from codec cimport *
from mem cimport *
from state cimport *

cdef inline uint32_t code_symbol(Codec *c, uint32_t sym) noexcept nogil:
    """Writes or reads what comes next: an operation, or SYM_SITE0 + a site."""
    cdef uint32_t full = (c.m.cur.hist ^ c.mid) * 0x85EBCA6BU
    cdef T2Entry *e2 = &c.t2[full >> (32 - T2_BITS)]
    c.n_syms += 1
    if ENC:
        if e2.check == full and e2.sym == sym:
            c.ctl_run += 1
        else:
            symbol_missed(c, sym, full)
    elif c.ctl_run and e2.check == full and e2.sym:
        c.ctl_run -= 1
        sym = e2.sym
    else:
        sym = symbol_missed(c, 0, full)
    c.mid = (c.mid ^ sym) * 0xC2B2AE35U
    c.prev_sym = sym
    c.nth += 1
    return sym

cdef inline uint32_t symbol_missed(Codec *c, uint32_t sym, uint32_t full) noexcept nogil:
    """A symbol that the second table does not predict, or not rightly."""
    cdef uint32_t h1 = ((<uint32_t> c.m.cur.last_site * 0x9E3779B1U) ^ (c.mid * 0x85EBCA6BU)) >> (32 - T1_BITS)
    cdef T1Entry *e1 = &c.t1[h1]
    cdef T2Entry *e2 = &c.t2[full >> (32 - T2_BITS)]
    cdef bint known = e2.check == full and e2.sym
    cdef uint32_t code
    if ENC:
        if not known and sym == e1.a:
            c.ctl_run += 1
        else:
            code = 0 if sym == e1.a else 1 if sym == e1.b else 2
            buf_u8(&c.ctl, <uint8_t> (code | (c.ctl_run if c.ctl_run < 63 else 63) << 2))
            if c.ctl_run >= 63:
                buf_varint(&c.ctl, c.ctl_run - 63)
            if code == 2:
                buf_varint(&c.ctl, zigzag(<int64_t> sym - <int64_t> c.prev_sym))
            c.ctl_run = 0
    elif c.ctl_run:
        c.ctl_run -= 1
        sym = e1.a
    else:
        if c.ctl_code == 0:
            sym = e1.a
        elif c.ctl_code == 1:
            sym = e1.b
        else:
            sym = <uint32_t> (<int64_t> c.prev_sym + unzigzag(src_varint(&c.ctl_src)))
        ctl_next(c)
    if e1.a != sym:
        e1.b = e1.a
        e1.a = sym
    e2.sym = sym
    e2.check = full
    return sym

cdef inline void ctl_next(Codec *c) noexcept nogil:
    cdef uint8_t b
    if c.ctl_src.p >= c.ctl_src.end:
        c.ctl_run = 0xFFFFFFFFFFFFFFFFULL
        return
    b = src_u8(&c.ctl_src)
    c.ctl_code = b & 3
    c.ctl_run = b >> 2
    if c.ctl_run == 63:
        c.ctl_run += src_varint(&c.ctl_src)
    if c.ctl_src.err:
        c.err = 1
