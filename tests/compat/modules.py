"""Which modules of CPython's `test` package are run recorded."""

from __future__ import annotations

import importlib.util


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


QUICK = _words("""
    test_grammar test_syntax test_scope test_generators test_genexps test_listcomps
    test_named_expressions test_with test_patma test_except_star test_raise test_class
    test_decorators test_unpack_ex test_super test_property test_dataclasses
""")
"""A few seconds in all: run each time."""

LANGUAGE = QUICK + _words("""
    test_coroutines test_asyncgen test_contextlib test_exceptions test_traceback test_inspect
    test_sys_settrace test_sys_setprofile test_weakref test_gc test_descr test_enum
    test_functools test_itertools test_typing test_pickle test_copy test_threading
    test_monitoring
""")
"""What the language is: statements, scopes, frames, tracing, the object model."""

LIBRARY = _words("""
    test_abc test_abstract_numbers test_annotationlib test_argparse test_array test_ast
    test_asyncio test_atexit test_audit test_augassign test_base64 test_baseexception test_bdb
    test_binascii test_binop test_bisect test_bool test_builtin test_bytes test_calendar
    test_call test_cmd test_cmd_line test_cmd_line_script test_code test_code_module
    test_codecs test_codeop test_collections test_colorsys test_compare test_compile
    test_compileall test_compiler_assemble test_complex test_concurrent_futures test_configparser
    test_context test_contextlib_async test_copyreg test_crossinterp test_csv test_ctypes
    test_datetime test_decimal test_defaultdict test_deque test_dict test_dictcomps test_dictviews
    test_difflib test_dis test_doctest test_dynamic test_dynamicclassattribute test_email
    test_enumerate test_eof test_errno test_exception_group test_exception_hierarchy
    test_exception_variations test_extcall test_faulthandler test_file test_filecmp
    test_fileinput test_fileio test_finalization test_float test_fnmatch test_fork1
    test_format test_fractions test_frame test_frozen test_fstring test_funcattrs test_future
    test_generator_stop test_generic_class test_genericalias test_genericpath test_getopt
    test_gettext test_glob test_global test_graphlib test_gzip test_hash test_hashlib
    test_heapq test_hmac test_html test_htmlparser test_httpservers test_import
    test_importlib test_index test_int test_int_literal test_interpreters test_io test_ipaddress
    test_isinstance
    test_iter test_iterlen test_json test_keyword test_keywordonlyarg test_lambda
    test_linecache test_list test_locale test_logging test_long test_mailbox test_marshal
    test_math test_memoryview test_metaclass test_mimetypes test_minidom test_mmap test_module
    test_modulefinder test_multiprocessing_fork test_multiprocessing_main_handling
    test_multiprocessing_spawn test_netrc test_ntpath test_numeric_tower test_opcache
    test_opcodes
    test_operator test_optparse test_ordered_dict test_os test_pathlib test_pdb test_peepholer
    test_pep646_syntax test_pickletools test_pkgutil test_platform test_plistlib
    test_poll test_positional_only_arg test_posix test_posixpath test_pow test_pprint
    test_print test_profile test_pstats test_py_compile test_pyclbr test_pydoc test_queue
    test_quopri test_random test_range test_re test_reprlib test_richcmp test_rlcompleter
    test_runpy test_sax test_sched test_select test_selectors test_set test_setcomps
    test_shelve test_shlex test_shutil test_signal test_site test_slice test_sort
    test_sqlite3 test_stat test_statistics test_str test_string test_string_literals
    test_strptime test_strtod test_struct test_structseq test_subclassinit test_subprocess
    test_symtable test_sys test_tabnanny test_tarfile test_tempfile test_textwrap test_thread
    test_threadedtempfile test_threading_local test_time test_timeit test_tokenize
    test_tomllib test_trace test_tracemalloc test_tstring test_tuple test_type_aliases
    test_type_annotations test_type_cache test_type_comments test_type_params
    test_typechecks test_types test_unary test_unicode test_unicodedata test_unittest
    test_univnewlines test_unpack test_unparse test_urlparse test_userdict test_userlist
    test_userstring test_utf8source test_uuid test_warnings test_weakset test_wsgiref
    test_xml_etree test_yield_from test_zipapp test_zipfile test_zipimport test_zlib
""")
"""Builtin types and the standard library's Python code; each version has some of them."""


def exists(module: str) -> bool:
    """Tell whether this interpreter has the test module."""
    try:
        return importlib.util.find_spec(f"test.{module}") is not None
    except ImportError:
        return False
