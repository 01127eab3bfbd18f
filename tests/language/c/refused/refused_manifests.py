# SPDX-License-Identifier: GPL-2.0-only
"""Manifests that are refused, or that the text does not go with. What is printed has {manifest} and {folder} for files."""

from __future__ import annotations

from tests.language.c.refused.text import fault, lines

ManifestCase = tuple[str, str | bytes, str, str]
"""What is wrong, the manifest, the text, and what is printed."""


def hook(
    hook: str = "stack_fault",
    function: str = "bool dynamic_stack_fault(struct task_struct *tsk, unsigned long address)",
    arguments: str = '["task", "address(stack, level)"]',
    more: str = "",
) -> str:
    """A hook of a manifest."""
    return lines("[[hooks]]", f'function = "{function}"', f'hook = "{hook}"', f"arguments = {arguments}", more)


def predicate(
    body: str, hook: str = "holds_page", parameter: str = "struct page *page", arguments: str = '["page"]', result: str = "bool"
) -> str:
    """A hook that a function in the manifest answers."""
    return lines(
        "[[predicates]]",
        f'hook = "{hook}"',
        f"function = '''{result} asked({parameter}) {{ {body} }}'''",
        f"arguments = {arguments}",
    )


MANIFESTS: list[ManifestCase] = [
    ("no TOML", "kernel =\n", fault(), "{manifest}: error: not TOML: Invalid value (at line 1, column 9)"),
    ("not UTF-8", b"\xff\n", fault(), "{manifest}: error: not a text file in UTF-8; write the manifest in TOML"),
    (
        "an unknown key",
        "kernal = 1\n",
        fault(),
        "{manifest}: error: there is no key `kernal`; a manifest has domain, kernel, taken_for, client_code, assumptions, records, types, addresses, config, sizes, kernel_sizes, data, members, constants, fault, ignore, hooks, inserted, registered, boot, demands, predicates, ladder, clients; did you mean `kernel`?",
    ),
    ("a number as a text", "kernel = 1\n", fault(), '{manifest}: error: `kernel` is a text; write kernel = "..."'),
    ("a text as a list", '[ignore]\nlines = "x"\n', fault(), "{manifest}: error: [ignore] lines is a list of texts"),
    (
        "a number as a table",
        "config = 1\n",
        fault(),
        "{manifest}: error: `config` is a table; write [config] in a line of its own",
    ),
    (
        "a list as a value",
        "[config]\nCONFIG_X = []\n",
        fault(),
        "{manifest}: error: [config] CONFIG_X: this cannot be []; write bool or int or str",
    ),
    (
        "other bytes",
        '[fault]\nbytes = ["middle"]\n',
        fault(),
        '{manifest}: error: [fault] has `bytes` only: "first", "last", or both',
    ),
    (
        "data without a place",
        "[data]\nx = 1\n",
        fault(),
        '{manifest}: error: [data] x: write "Record.field", or { is = "Record.field", length = "CONSTANT" }',
    ),
    (
        "a table as a list of tables",
        "[hooks]\nx = 1\n",
        fault(),
        "{manifest}: error: `hooks` is a list of tables; write [[hooks]] in a line of its own before each",
    ),
    (
        "an unknown key of a hook",
        hook(more="sucess = 0"),
        fault(),
        "{manifest}: error: [[hooks]] has no `sucess`; it has function, hook, arguments, success, missing; did you mean `success`?",
    ),
    (
        "a hook without a function",
        '[[hooks]]\nhook = "stack_fault"\narguments = []\n',
        fault(),
        "{manifest}: error: [[hooks]] needs `function`",
    ),
    ("a text as a number", hook(more='success = "0"'), fault(), "{manifest}: error: [[hooks]] success: this cannot be '0'"),
    (
        "a text that does not have the handler",
        'taken_for = "other_fault"\n',
        fault(),
        "{folder}/text.patch: error: this does not define other_fault, so that nothing says what it is to the kernel; a patch of dynamic kernel stacks does, and --manifest names another manifest; a model in Python has a name that ends in .py",
    ),
    (
        "another number of parameters",
        hook(arguments='["task"]'),
        fault(),
        "text.patch:25:6: error: `dynamic_stack_fault` has 2 parameters, and {manifest} gives it 1 for the hook stack_fault; bind it anew, [[hooks]]",
    ),
    (
        "a parameter that the hook does not have",
        hook(arguments='["task", "cpu"]'),
        fault(),
        "{manifest}: error: the hook stack_fault has no parameter `cpu`; it has task, stack, level",
    ),
    (
        "another signature",
        hook(function="int dynamic_stack_fault(struct task_struct *tsk, unsigned long address)"),
        fault(),
        "text.patch:25:6: error: `dynamic_stack_fault` is bool (struct task_struct *, u64), and {manifest} has it as s32 (struct task_struct *, u64); bind it anew, [[hooks]]",
    ),
    (
        "a signature that is none",
        hook(function="dynamic_stack_fault"),
        fault(),
        "{manifest}: error: 'dynamic_stack_fault' is not the signature of a function; write it as in C: `int f(struct page *page)`",
    ),
    (
        "a hook that is none",
        hook(hook="touch"),
        fault(),
        "{manifest}: error: the kernel's `touch` is not a hook; the hooks.py of the kernel has them",
    ),
    ("a hook that is a type", hook(hook="Cpu"), fault(), "{manifest}: error: the kernel's `Cpu` is not a routine or function"),
    (
        "a hook that is not there",
        hook(hook="stack_fail"),
        fault(),
        "{manifest}: error: the kernel has no `stack_fail`; did you mean `stack_fault`?",
    ),
    (
        "a hook that is implemented twice",
        hook()
        + hook(
            hook="exit_task_stack_account",
            function="void gone(struct task_struct *tsk)",
            arguments='["task"]',
            more='missing = "spec.protocol.exit_account: exit_task_stack_account_of_the_kernel"',
        )
        + hook(hook="exit_task_stack_account", function="void own(struct task_struct *tsk)", arguments='["task"]'),
        fault(top=lines("void own(struct task_struct *tsk)", "{", "\tnumber = 1;", "}")),
        "text.patch:25:6: error: the hook exit_task_stack_account is implemented already; leave one out",
    ),
    (
        "a size that is made of itself",
        '[sizes]\nA = "B"\nB = "A"\n',
        fault("number = A;"),
        "{manifest}: error: [sizes] A is made of itself; write a number",
    ),
    (
        "a size that is a routine",
        '[sizes]\nA = "touch"\n',
        fault("number = A;"),
        "{manifest}: error: `touch` is not a size: neither the text, [sizes] nor the kernel has it",
    ),
    (
        "a size that is no expression",
        '[sizes]\nA = "1 +"\n',
        fault("number = A;"),
        "{manifest}: error: A = '1 +' is not an expression of C",
    ),
    (
        "a flag that is none",
        '[constants]\nA = "TaskFlags.NOTHING"\n',
        fault("number = A;"),
        "text.patch:27:11: error: {manifest} has `A` as TaskFlags.NOTHING, which the kernel does not have",
    ),
    (
        "a constant of what is no type",
        '[constants]\nA = "touch.X"\n',
        fault("number = A;"),
        "{manifest}: error: the kernel's `touch` is not a type",
    ),
    (
        "a member of another record",
        '[members]\n"task_struct.pid" = "VmArea.nr_pages"\n',
        fault("number = tsk->pid;"),
        'text.patch:27:14: error: the manifest has "task_struct.pid" = "VmArea.nr_pages", and a struct task_struct is no VmArea to the kernel',
    ),
    (
        "a member that the record does not have",
        '[members]\n"task_struct.pid" = "Task.pid"\n',
        fault("number = tsk->pid;"),
        "{manifest}: error: the kernel's Task has no field `pid`",
    ),
    (
        "a variable that is not per CPU",
        '[data]\nrow = "Cpu.pool"\n',
        fault("number = row[0];"),
        "text.patch:12:12: error: {manifest} has `row` as Cpu.pool; only per-CPU variables can be bound",
    ),
    (
        "an array of another length",
        '[data]\npages = "Cpu.pool"\n',
        fault(top="static DEFINE_PER_CPU(struct page *, pages[5]);\n"),
        "text.patch:25:38: error: `pages` is an array of 5, and the kernel's pool is an array of 2",
    ),
    (
        "a predicate that is no function",
        '[[predicates]]\nhook = "holds_page"\nfunction = "int x;"\narguments = ["page"]\n',
        fault(),
        "{manifest}: error: 'int x;' is not a function of C, with its body",
    ),
    (
        "a predicate that is not understood",
        '[[predicates]]\nhook = "holds_page"\nfunction = "bool f(struct page *page) { return + ; }"\narguments = ["page"]\n',
        fault(),
        "{manifest}: error: 'bool f(struct page *page) { return + ; }': expected an expression before `;`",
    ),
    (
        "a demand that is no statement",
        '[[demands]]\nfunction = "pick"\nhook = "may_switch_to"\nstatement = "f(); g();"\n',
        fault(),
        "{manifest}: error: [[demands]] 'f(); g();' has to be one statement of C",
    ),
    (
        "a demand that takes a step",
        predicate("pool.n = 1; return true;"),
        fault(),
        "{manifest}:1:37: error: a demand on the kernel is looked at at once and changes nothing: this takes a step; only locals, `if`, `return`, and loops that count or return are possible",
    ),
    (
        "a demand without a result",
        predicate("if (page) return true; while (1) ; "),
        fault(),
        "{manifest}:1:56: error: a demand on the kernel is looked at at once and changes nothing: this takes a step; only locals, `if`, `return`, and loops that count or return are possible",
    ),
    (
        "a demand that counts down",
        predicate("int n = 2; for (int i = 0; i < 2; i++) n = i; return n;"),
        fault(),
        "{manifest}:1:74: error: `n` is from before this loop, which can only count it up: `n += ...`",
    ),
    (
        "a demand that counts pages",
        predicate("bool n = false; for (int i = 0; i < 2; i++) n = n + 1; return n;"),
        fault(),
        "{manifest}:1:79: error: `n` is from before this loop, which can only count it up: `n += ...`",
    ),
    (
        "a demand that counts and returns",
        predicate("int n = 0; for (int i = 0; i < 2; i++) { n += 1; if (pool.pages[i] == page) return true; } return n;"),
        fault(),
        "{manifest}:1:44: error: this loop counts and returns; write two loops",
    ),
    (
        "a demand that returns in two places",
        predicate(
            "for (int i = 0; i < 2; i++) { if (pool.pages[i] == page) return true; if (pool.n) return false; } return false;"
        ),
        fault(),
        "{manifest}:1:33: error: this loop returns in several places; write one `if` in it",
    ),
    (
        "a demand that returns the round",
        predicate("for (int i = 0; i < 2; i++) { if (pool.pages[i] == page) return i; } return false;"),
        fault(),
        "{manifest}:1:33: error: what is returned depends on the round; a demand can only ask whether there is such a round",
    ),
    (
        "a demand with too many ways",
        predicate("int n = 0; " + "if (pool.n) n = 1; else n = 2; " * 12 + "return n;"),
        fault(),
        "{manifest}:1:6: error: there are too many ways through this; write it shorter",
    ),
    (
        "a demand that calls a service",
        predicate("return in_task();"),
        fault(),
        "{manifest}:1:40: error: `in_task` takes steps of its own, and a demand is looked at at once",
    ),
    (
        "a demand with too many rounds",
        predicate("int n = 0; for (int i = 0; i < 1000000; i++) n += 1; return n;"),
        fault(),
        "{manifest}:1:44: error: this loop counts what is no number, or has too many rounds",
    ),
    (
        "a demand at any byte of a page",
        '[fault]\nbytes = ["first", "last"]\n'
        + predicate(
            "return pte_present(*virt_to_kpte(address));",
            hook="may_read_stack",
            parameter="unsigned long address",
            arguments='["address(stack, level)"]',
        ),
        fault(),
        "{manifest}:1:6: error: this has an effect, and a demand on the kernel has none",
    ),
    (
        "a demand that chooses",
        predicate("int i = 0; return cmpxchg(&pool.n, 0, 1);"),
        fault(),
        "{manifest}:1:51: error: a demand on the kernel is looked at at once and changes nothing: this takes a step; only locals, `if`, `return`, and loops that count or return are possible",
    ),
]
