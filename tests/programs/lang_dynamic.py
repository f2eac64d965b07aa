"""exec, eval, compile, locals, globals, vars, dir: strings stay plain, namespaces stay clean."""


def inner():
    a = 1
    before = sorted(locals())
    exec("hidden = 5; print(hidden)")
    return before, eval("a + 1"), sorted(locals())


class Names:
    first = 1
    here = sorted(k for k in locals() if not k.startswith("__"))


scope = {}
exec("def made(x):\n    return x * 2\nvalue = made(4)", scope)
exec("spilled = [1]")
spilled.append(2)
print(inner(), Names.here, scope["value"], spilled)
code = compile("spilled.append(3)", "<string>", "exec")
exec(code)
print(spilled, [name for name in dir() if not name.startswith("_")])
globals()["planted"] = 1
planted += 1
print(planted, sorted(name for name in vars() if "escope" in name or "@" in name))
