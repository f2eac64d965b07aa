"""Module tables (dicts from JSON) into the C tables of the coder."""
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset

from mem cimport xrealloc
from recipes cimport *
from state cimport Q_ENTER, Q_LEAVE, Q_PLAIN, QUICK_VALUES, Func, Mod, Recipe, RecipeStep, Site, Spec, Tables, Val
from tags cimport *

cdef enum:
    MAX_CODE = 200      # operations of a recipe

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

cdef inline uint32_t name_hash(str name):
    """FNV-1a, 32 bits, of the UTF-8 bytes."""
    cdef bytes data = name.encode("utf-8", "replace")
    cdef uint32_t h = 0x811C9DC5U
    cdef uint32_t i
    for i in range(<uint32_t> len(data)):
        h = (h ^ <uint8_t> data[i]) * 0x01000193U
    return h

cdef inline tuple read_recipes(object table, uint32_t n_sites):
    """The recipes of a table, checked: rows of site, kind, a, b, code; constants."""
    cdef list rows = []
    cdef list constants = list(table.get("constants", []))
    cdef int64_t last = 0
    for value in constants:
        if type(value) is not float and (type(value) is not int or value.bit_length() > 63):
            raise ValueError("a constant that is no number")
    for site, kind, a, b, code in table.get("recipes", []):
        if not last <= site < n_sites:
            raise ValueError("a recipe of a site that is not there")
        last = site
        if len(code) % 2 or len(code) > 2 * MAX_CODE:
            raise ValueError("a recipe that makes no sense")
        for number in (kind, a, b, *code):
            if type(number) is not int or not 0 <= number <= 0xFFFFFFFF:
                raise ValueError("a recipe that makes no sense")
        for i in range(0, len(code), 2):
            if code[i] == 3 and len(constants) <= code[i + 1] < 0x40000000:
                raise ValueError("a constant that is not there")
        rows.append((site, kind, a, b, list(code)))
    return rows, constants

cdef inline bint takes_two(uint32_t op) noexcept nogil:
    return DO_ADD <= op <= DO_MAX or DO_LT <= op <= DO_ISNOT

cdef inline bint is_known(uint32_t op) noexcept nogil:
    return DO_LOCAL <= op <= DO_LAST or takes_two(op) or DO_NEG <= op <= DO_BOOL

cdef inline uint32_t constant(Tables *t, uint32_t arg, uint32_t base) noexcept nogil:
    """Place of a constant among all; 0xFFFFFFFF: there is none."""
    if arg < NAMED_CONST:
        return base + arg
    if not arg >> 31 and arg - NAMED_CONST > 2:
        return 0xFFFFFFFFU
    if t.n_consts & (t.n_consts - 1) == 0:
        t.consts = <Val *> xrealloc(t.consts, (<size_t> t.n_consts * 2 + 1) * sizeof(Val))
    t.consts[t.n_consts].tag = T_STR if arg >> 31 else T_NONE + (arg - NAMED_CONST)
    t.consts[t.n_consts].p = arg & 0x7FFFFFFFU if arg >> 31 else 0
    t.n_consts += 1
    return t.n_consts - 1

cdef inline void add_op(Tables *t, uint32_t code, uint32_t x, uint32_t y, uint32_t what) noexcept nogil:
    cdef RecipeStep *o
    if t.n_ops & (t.n_ops - 1) == 0:
        t.ops = <RecipeStep *> xrealloc(t.ops, (<size_t> t.n_ops * 2 + 1) * sizeof(RecipeStep))
    o = &t.ops[t.n_ops]
    o.code = code
    o.x = x
    o.y = y
    o.what = what
    t.n_ops += 1

cdef inline uint32_t add_code(Tables *t, list code, uint32_t base):
    """Appends the operations of a recipe, checked, some of them joined; returns the place of the first. Its constants begin at `base`."""
    cdef uint32_t op[MAX_CODE + 3]
    cdef uint32_t arg[MAX_CODE + 3]
    cdef uint32_t place[MAX_CODE + 1]
    cdef bint led[MAX_CODE + 3]         # a jump leads there
    cdef uint32_t n = <uint32_t> (len(code) // 2)
    cdef uint32_t first = t.n_ops
    cdef uint32_t i, j
    cdef uint64_t to
    memset(op, 0, sizeof(op))
    memset(led, 0, sizeof(led))
    for i in range(n):
        op[i] = code[2 * i]
        arg[i] = code[2 * i + 1]
        if op[i] == 0:
            op[i] = DO_RESULT
        if DO_JUMPFALSE <= op[i] <= DO_KEEPTRUE:
            to = <uint64_t> i + 1 + arg[i]
            arg[i] = <uint32_t> to if to <= n else n + 1
            led[arg[i]] = True
        elif op[i] == DO_CONST:
            arg[i] = constant(t, arg[i], base)
        if not is_known(op[i]) or op[i] == DO_CONST and arg[i] == 0xFFFFFFFFU:
            op[i] = DO_FAIL
    if n == 1 and op[0] == DO_LOCAL:
        add_op(t, DO_ONLYLOCAL, arg[0], 0, 0)
    i = 0
    while i < n:
        place[i] = t.n_ops
        j = 1
        if op[i] == DO_LOCAL or op[i] == DO_CONST:
            if (op[i] == DO_LOCAL and (op[i + 1] == DO_LOCAL or op[i + 1] == DO_CONST) and takes_two(op[i + 2])
                    and not led[i + 1] and not led[i + 2]):
                add_op(t, DO_LOCALS if op[i + 1] == DO_LOCAL else DO_LOCALCONST, arg[i], arg[i + 1], op[i + 2])
                j = 3
            elif takes_two(op[i + 1]) and not led[i + 1]:
                add_op(t, DO_WITHLOCAL if op[i] == DO_LOCAL else DO_WITHCONST, 0, arg[i], op[i + 1])
                j = 2
            elif op[i] == DO_LOCAL and (op[i + 1] == DO_GETATTR or op[i + 1] == DO_ITER) and not led[i + 1]:
                add_op(t, DO_LOCALATTR if op[i + 1] == DO_GETATTR else DO_LOCALITER, arg[i], arg[i + 1], 0)
                j = 2
            elif op[i] == DO_CONST and op[i + 1] == DO_GETITEM and not led[i + 1]:
                add_op(t, DO_CONSTITEM, 0, arg[i], 0)
                j = 2
        if j == 1:
            add_op(t, op[i], arg[i], 0, op[i])
        i += j
    place[n] = t.n_ops
    add_op(t, DO_END, 0, 0, 0)
    add_op(t, DO_FAIL, 0, 0, 0)
    for i in range(first, t.n_ops):
        if DO_JUMPFALSE <= t.ops[i].code <= DO_KEEPTRUE:
            t.ops[i].x = place[t.ops[i].x] if t.ops[i].x <= n else t.n_ops - 1
    return first

cdef inline object add_recipes(Tables *t, list rows, list constants, uint32_t first_site):
    """Those of the module whose first site is given; nothing can fail any more."""
    cdef uint32_t base = t.n_consts
    cdef uint32_t room = 1
    cdef Recipe *r
    cdef Site *s
    cdef double d
    while room <= base + len(constants):
        room *= 2
    t.consts = <Val *> xrealloc(t.consts, room * sizeof(Val))
    for value in constants:
        if type(value) is float:
            d = value
            t.consts[t.n_consts].tag = T_FLOAT
            memcpy(&t.consts[t.n_consts].p, &d, 8)
        else:
            t.consts[t.n_consts].tag = T_INT
            t.consts[t.n_consts].p = <uint64_t> <int64_t> value
        t.n_consts += 1
    t.recipes = <Recipe *> xrealloc(t.recipes, (t.n_recipes + len(rows)) * sizeof(Recipe))
    for site, kind, a, b, code in rows:
        s = &t.sites[first_site + <uint32_t> site]
        if kind == 9:
            s.loop = <uint8_t> (1 + (a & 3) + (8 if b else 0))
            continue
        r = &t.recipes[t.n_recipes]
        r.kind = kind
        r.a = a
        r.b = b
        r.first = add_code(t, code, base)
        if s.n_recipes == 0:
            s.first_recipe = t.n_recipes
        s.n_recipes += 1
        t.n_recipes += 1

cdef inline uint8_t quick_sort(Site *s, bint only_w, bint own, uint32_t module) noexcept nogil:
    """`own`: it writes slots of its frame or gives results."""
    cdef uint32_t way = s.flags & (F_ENTER | F_RETURN | F_YIELD | F_RESUME | F_AWAIT | F_AWAITED | F_UNWIND | F_CAUGHT | F_END | F_LATE | F_QUIET)
    if s.n_vals > QUICK_VALUES:
        return 0
    if way == 0:
        return Q_PLAIN if only_w else 0
    if way & ~<uint32_t> (F_ENTER | F_RETURN | F_END) or not own:
        return 0
    if way & F_ENTER == 0:
        return Q_LEAVE
    if s.func == module:
        return 0
    return Q_ENTER if way == F_ENTER else Q_ENTER | Q_LEAVE

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
        only_w = own = True
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
            own = own and kind in (S_W, S_R)
            specs.append((kind, slot))
        if n_vals > 60000:
            raise ValueError("too many values at one site")
        rows.append((flags, func, specs, n_vals, only_w, own))
    recipes, constants = read_recipes(table, <uint32_t> len(rows))
    names = []
    for entry in functions:
        parts = str(entry[1]).split(".")
        called = parts[-2] if entry[0] == "__init__" and len(parts) > 1 else str(entry[0])
        names.append((name_hash(called), entry[0] == "__init__", len(parts) > 1 and parts[-2] != "<locals>"))
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
        t.funcs[t.n_funcs + i].name = names[i][0]
        t.funcs[t.n_funcs + i].is_init = names[i][1]
        t.funcs[t.n_funcs + i].in_class = names[i][2]
    n = <uint32_t> len(rows)
    t.sites = <Site *> xrealloc(t.sites, (t.n_sites + n) * sizeof(Site))
    for flags, func, specs, n_vals, only_w, own in rows:
        memset(&t.sites[t.n_sites], 0, sizeof(Site))
        t.sites[t.n_sites].flags = flags
        t.sites[t.n_sites].func = t.n_funcs + func
        t.sites[t.n_sites].first_spec = t.n_specs
        t.sites[t.n_sites].n_specs = <uint16_t> len(specs)
        t.sites[t.n_sites].n_vals = <uint16_t> n_vals
        t.sites[t.n_sites].plain = (flags & (F_ENTER | F_RETURN | F_YIELD | F_RESUME | F_AWAIT | F_AWAITED | F_UNWIND | F_CAUGHT | F_END | F_QUIET) == 0 and only_w)
        t.sites[t.n_sites].quick = quick_sort(&t.sites[t.n_sites], only_w, own, t.n_funcs)
        t.sites[t.n_sites].ends = flags & (F_RETURN | F_END | F_UNWIND | F_YIELD) != 0
        t.specs = <Spec *> xrealloc(t.specs, (t.n_specs + len(specs)) * sizeof(Spec))
        for kind, slot in specs:
            t.specs[t.n_specs].kind = kind
            t.specs[t.n_specs].slot = slot
            t.n_specs += 1
        t.n_sites += 1
    t.n_funcs += <uint32_t> len(functions)
    t.n_mods += 1
    add_recipes(t, recipes, constants, t.n_sites - <uint32_t> len(rows))

cdef inline void tables_free(Tables *t) noexcept:
    free(t.sites)
    free(t.specs)
    free(t.funcs)
    free(t.mods)
    free(t.recipes)
    free(t.ops)
    free(t.consts)
