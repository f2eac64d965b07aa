"""What unittest.mock keeps of calls: counts, arguments, specs of functions and classes."""

import json
import os
from unittest import mock
from unittest.mock import MagicMock, Mock, call, create_autospec, patch, sentinel


class Client:
    base = "http://x"

    def get(self, path, retries=3):
        raise RuntimeError("no network")

    def post(self, path, body):
        raise RuntimeError("no network")


class Service:
    def __init__(self, client, clock=None):
        self.client = client
        self.clock = clock or Mock(return_value=1)
        self.cache = {}

    def load(self, key):
        if key not in self.cache:
            self.cache[key] = self.client.get("/" + key)
        stamp = self.clock()
        return self.cache[key], stamp

    def save(self, key, value):
        self.client.post("/" + key, {"v": value})
        self.cache[key] = value


def test_mock():
    client = Mock()
    client.get.return_value = {"a": 1}
    service = Service(client)
    got = service.load("k")
    count = client.get.call_count
    again = service.load("k")
    client.get.assert_called_once_with("/k")
    calls = client.mock_calls
    n = len(calls)
    service.save("k", 2)
    body = client.post.call_args
    args = client.post.call_args_list
    client.reset_mock()
    after = client.get.called
    return got, count, again, n, body, args, after


def test_magic():
    m = MagicMock()
    m.__len__.return_value = 3
    size = len(m)
    m["a"] = 1
    item = m["a"]
    m.side_effect = [1, 2, KeyError("x")]
    first = m()
    second = m(5)
    try:
        m()
    except KeyError as e:
        err = e
    total = m.call_count
    with m as ctx:
        inner = ctx
    seen = m.__enter__.called
    return size, item, first, second, total, seen


def test_autospec():
    spec = create_autospec(Client)
    instance = spec("u") if False else spec()
    instance.get.return_value = "v"
    val = instance.get("/x")
    n = instance.get.call_count
    called = instance.get.called
    try:
        instance.get()
    except TypeError as e:
        bad = str(e)
    n2 = instance.get.call_count
    instance.get.assert_called_with("/x")
    return val, n, called, n2


def double(x):
    return x * 2


def test_function_spec():
    f = create_autospec(double, return_value=9)
    a = f(1)
    c = f.call_count
    called = f.called
    b = f(2)
    c2 = f.call_count
    lst = f.call_args_list
    f.assert_called_with(2)
    try:
        f(1, 2, 3)
    except TypeError as e:
        text = str(e)
    c3 = f.call_count
    f.reset_mock()
    c4 = f.call_count
    return a, b, c, c2, c3, c4, called


@patch("json.dumps")
def test_patch(dumps):
    dumps.return_value = "{}"
    text = json.dumps({"a": 1})
    seen = dumps.call_args
    k = dumps.call_count
    return text, seen, k


def test_patch_object():
    c = Client()
    with patch.object(Client, "get", return_value=7) as get:
        v = c.get("/z")
        count = get.call_count
        with patch.object(c, "post", side_effect=ValueError) as post:
            try:
                c.post("a", 1)
            except ValueError:
                pass
            n = post.call_count
    with patch.dict(os.environ, {"FOO": "bar"}):
        foo = os.environ["FOO"]
    gone = os.environ.get("FOO")
    with patch.multiple(Client, base="y", get=mock.DEFAULT) as both:
        b = Client.base
        both["get"].return_value = 3
        w = c.get("q")
    b2 = Client.base
    return v, count, n, foo, gone, b, w, b2


def test_autospec_patch():
    with patch.object(Client, "get", autospec=True) as get:
        get.side_effect = lambda self, path, retries=3: path.upper()
        c = Client()
        r = c.get("/q")
        r2 = c.get("/p", retries=1)
        n = get.call_count
        cl = get.call_args
    s = sentinel.thing
    m = Mock(spec=Client, name="cl")
    m.get(1)
    try:
        m.nothing
    except AttributeError as e:
        t = str(e)
    wraps = Mock(wraps=double)
    x = wraps(4)
    y = wraps.call_count
    prop = mock.PropertyMock(return_value=5)
    type(m).size = prop
    z = m.size
    p = prop.call_count
    manager = Mock()
    manager.attach_mock(wraps, "w")
    wraps(6)
    mc = manager.mock_calls
    same = mc == [call.w(6)]
    return r, r2, n, x, y, z, p, same


for test in (
    test_mock,
    test_magic,
    test_autospec,
    test_function_spec,
    test_patch,
    test_patch_object,
    test_autospec_patch,
):
    result = test()
    print(test.__name__, len(result))
