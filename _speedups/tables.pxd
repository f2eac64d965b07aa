"""Module tables (dicts from JSON) into the C tables of the coder."""
from libc.stdint cimport int64_t, uint16_t, uint32_t
from libc.stdlib cimport free

from mem cimport xrealloc
from state cimport Func, Mod, Site, Spec, Tables
from tags cimport *

cdef inline int spec_kind(str name) except -1:
    if name == "w" or name == "wk" or name == "v":
        return S_W
    if name == "g" or name == "gk":
        return S_G
    if name == "u":
        return S_U
    if name == "ug":
        return S_UG
    if name == "r":
        return S_R
    return 0

cdef inline object add_module(Tables *t, object table):
    """Appends a module's functions and sites. ValueError or the like: the table is no good, and nothing was added."""
    cdef list functions = list(table["functions"])
    cdef list sites = list(table["sites"])
    cdef list rows = []
    cdef uint32_t n, flags, func, listed, n_vals
    cdef int kind
    if not functions:
        functions = [["<module>", "<module>", "module", 0, 0, [], 0, []]]
    for entry in functions:
        if len(entry[5]) > MAX_NAMES:
            raise ValueError("too many names in one scope")
    listed = <uint32_t> len(functions[0][5])
    if "listed" in table:                       # the reader put names behind those of the table
        listed = min(listed, <uint32_t> table["listed"])
    for entry in sites:
        flags = entry[0] & 0xFFFFFFFF
        func = entry[1]
        if func >= <uint32_t> len(functions):
            raise ValueError("a site names a function that is not there")
        specs = []
        only_w = True
        n_vals = 0
        if flags & (F_CAUGHT | F_UNWIND):
            n_vals += 1
        for spec in entry[6]:
            kind = spec_kind(spec[0])
            if not kind:
                continue
            slot = 0
            if kind != S_R:
                slot = spec[1]
                if not 0 <= slot < len(functions[0 if kind in (S_G, S_UG) else func][5]):
                    raise ValueError("a site names a slot that is not there")
            if kind in (S_W, S_G, S_R):
                n_vals += 1
            only_w = only_w and kind == S_W
            specs.append((kind, slot))
        if n_vals > 60000:
            raise ValueError("too many values at one site")
        rows.append((flags, func, specs, n_vals, only_w))
    n = <uint32_t> len(functions)
    t.mods = <Mod *> xrealloc(t.mods, (t.n_mods + 1) * sizeof(Mod))
    t.mods[t.n_mods].first_func = t.n_funcs
    t.mods[t.n_mods].n_funcs = n
    t.mods[t.n_mods].first_site = t.n_sites
    t.mods[t.n_mods].n_slots = <uint32_t> len(functions[0][5])
    t.mods[t.n_mods].n_listed = listed
    t.funcs = <Func *> xrealloc(t.funcs, (t.n_funcs + n) * sizeof(Func))
    for i, entry in enumerate(functions):
        t.funcs[t.n_funcs + i].module = t.n_mods
        t.funcs[t.n_funcs + i].index = i
        t.funcs[t.n_funcs + i].n_slots = <uint32_t> len(entry[5])
        t.funcs[t.n_funcs + i].is_module = i == 0
    n = <uint32_t> len(rows)
    t.sites = <Site *> xrealloc(t.sites, (t.n_sites + n) * sizeof(Site))
    for flags, func, specs, n_vals, only_w in rows:
        t.sites[t.n_sites].flags = flags
        t.sites[t.n_sites].func = t.n_funcs + func
        t.sites[t.n_sites].first_spec = t.n_specs
        t.sites[t.n_sites].n_specs = <uint16_t> len(specs)
        t.sites[t.n_sites].n_vals = <uint16_t> n_vals
        t.sites[t.n_sites].plain = (flags & (F_ENTER | F_RETURN | F_YIELD | F_RESUME | F_AWAIT | F_AWAITED | F_UNWIND | F_CAUGHT | F_END | F_QUIET) == 0 and only_w)
        t.sites[t.n_sites].ends = flags & (F_RETURN | F_END | F_UNWIND | F_YIELD) != 0
        t.specs = <Spec *> xrealloc(t.specs, (t.n_specs + len(specs)) * sizeof(Spec))
        for kind, slot in specs:
            t.specs[t.n_specs].kind = kind
            t.specs[t.n_specs].slot = slot
            t.n_specs += 1
        t.n_sites += 1
    t.n_funcs += <uint32_t> len(functions)
    t.n_mods += 1

cdef inline void tables_free(Tables *t) noexcept:
    free(t.sites)
    free(t.specs)
    free(t.funcs)
    free(t.mods)
