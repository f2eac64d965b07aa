"""The tests that end differently when they are recorded, each with its reason."""

from __future__ import annotations

import re

_LINES = (
    "async_for_backwards_jump_has_no_line|break_to_break|break_to_continue2|implicit_return_in_class|"
    "no_line_event_after_creating_generator"
)
_JUMPS = "between_except_blocks_2|out_of_async_with_assignment|out_of_with_assignment"
_MONITORED = (
    r"LineMonitoringTest\.test_generator_with_line|MonitoringCountTest\.|MonitoringEventsTest\.|"
    r"SimulateProfileTest\.test_balanced|TestBranchAndJumpEvents\.|TestBranchConsistency\.|"
    r"TestCApiEventGeneration\.test_(disable|fire)_event|TestInstallIncrementally\.|"
    r"TestLineAndInstructionEvents\.|TestLoadSuperAttr\.|TestLocalEvents\.|TestManyEvents\.|"
    r"TestRegressions\.test_call_function_ex"
)

_COMPILED = (
    "dead_blocks_do_not_generate_bytecode|false_while_loop|lineno_after_no_code|lineno_attribute|"
    "lineno_procedure_call|peephole_opt_unreachable_code_array_access_in_bounds|"
    "uses_slice_instructions"
)
_CONSTANTS = (
    "32_63_bit_values|consts_in_conditionals|lambda_consts|line_number_genexp|merge_constants|"
    "remove_unused_consts|remove_unused_consts_no_docstring|strip_unused_None|strip_unused_consts"
)

KNOWN: dict[str, dict[str, str]] = {
    "test_code": {
        r"CodeTest\.test_(local_kinds|returns_only_none|var_counts)": (
            "reads the instructions, and the kinds of variables that CPython 3.14 itself does not"
            " keep when code is replaced"
        ),
    },
    "test_compile": {
        rf"TestSpecifics\.test_({_CONSTANTS})$": "reads the constants of code objects",
        rf"TestSpecifics\.test_({_COMPILED})$": "reads the instructions of code objects",
        r"TestSourcePositions\.": "reads the instructions of code objects",
    },
    "test_compiler_assemble": {
        r"test_expression_with_pseudo_instruction_load_closure": (
            "takes a function's code from the constants of the code around it by position"
        ),
    },
    "test_cprofile": {
        r"test_cprofile$": "counts calls of C functions: escope's own are among them",
    },
    "test_crossinterp": {
        r"(CodeTests|MarshalTests|PureShareableScriptTests|ShareableFuncTests|ShareableScriptTests)"
        r"\.test_(builtin_code|function_code|(im)?pure_script_(code|function)|stateless)$|"
        r"ShareableFallbackTests\.test_not_shareable": (
            "marshals the code objects of recorded functions, which hold functions of escope's:"
            " the interpreter does so by itself, and asks no type whether it has another form"
        ),
    },
    "test_inspect": {
        r"test_signature_bind_implicit_arg": "reads the constants of a code object by position",
    },
    "test_interpreters": {
        r"TestInterpreterCall\.test_(globals_from_stateless_func|stateless_func)": (
            "reads the constants of code objects, and hands nested functions to another"
            " interpreter, which marshals their code; those of modules are pickled, and run"
        ),
    },
    "test_marshal": {
        r"CodeTestCase\.|SliceTestCase\.test_slice$": (
            "marshals the code objects of recorded functions, which hold functions of escope's"
        ),
    },
    "test_monitoring": {
        _MONITORED: "counts the calls, instructions and line events of code that escope rewrote",
    },
    "test_opcache": {
        r"TestSpecializer\.test_load_(const|super_attr)$": (
            "reads which instructions are left once the interpreter has specialised a function:"
            " those that call escope have a form of their own"
        ),
    },
    "test_peepholer": {
        r"Test(MarkingVariablesAsUnKnown|Tranforms)\.": "reads the instructions of code objects",
    },
    "test_profile": {
        r"test_cprofile$": "counts calls of C functions: escope's own are among them",
    },
    "test_sys": {
        r"SizeofTest\.test_objecttypes": "computes a frame's size from its code's depth of stack",
    },
    "test_sys_setprofile": {
        r"test_method_with_c_function": "counts calls of C functions: escope's own are among them",
        r"test_unfinished_generator": (
            "counts resumptions: a generator with a handler, and each recorded one has one, is"
            " resumed to be closed (3.13)"
        ),
    },
    "test_sys_settrace": {
        rf"TestCase\.test_({_LINES})$|(TestLinesAfterTraceStarted|TestSetLocalTrace)\.test_"
        rf"({_LINES})$": "compares each line event of code that escope rewrote",
        rf"JumpTestCase\.test_jump_({_JUMPS})$": (
            "assigns f_lineno to leap over what `as` binds, which is told after the block (3.11)"
        ),
    },
    "test_tracemalloc": {
        r"TestTracemallocEnabled\.test_snapshot$": (
            "looks at the stack below whichever allocation comes second: the recorder's, perhaps"
        ),
    },
}
"""Module to {pattern of test ids: the reason why they end differently}."""

UNSUITED: dict[str, str] = {
    "test_dis": "reads the constants of code objects by position while it is imported",
}
"""Module to the reason why its results cannot be compared at all."""

LEFT_OUT: dict[str, str] = {
    r"test_concurrent_futures\.test_deadlock\.\w+\.test_shutdown_deadlock_pickle": (
        "hangs before CPython 3.12.8 and 3.13.1 when the pool shuts down while a job that cannot"
        " be pickled is fed to it (python/cpython#125451): what comes first is a matter of speed"
    ),
    r"test_code\.CodeLocationTest\.test_code_new_empty": (
        "gives a function other instructions but leaves it the table of handlers of those that it"
        " had, as code with a `try` would: the interpreter ends in either way"
    ),
}
"""Pattern of test ids to the reason why they are run in neither way."""


def unexplained(found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Return the differences that no known reason covers."""
    return {name: pair for name, pair in found.items() if not _is_known(name)}


def _is_known(name: str) -> bool:
    return any(
        f"test.{module}." in name and any(re.search(pattern, name) for pattern in patterns)
        for module, patterns in KNOWN.items()
    )
