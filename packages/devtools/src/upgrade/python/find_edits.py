"""Finds where Python sources use a renamed name of the SDK. Nothing of them is run: they are parsed.

Reads {"files": {path: text}, "import": {...} | null, "keyword": {...} | null} from standard input and writes
{"edits": [{path, line, column, old, text}], "byHand": [{path, line, todo}]}; columns are counted in characters.
"""

import ast
import io
import json
import resource
import sys

for limit, most in (
    (resource.RLIMIT_CPU, 20),
    (resource.RLIMIT_AS, 1 << 30),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_NPROC, 0),
):
    resource.setrlimit(limit, (most, most))

asked = json.load(sys.stdin)
edits, by_hand = [], []


def is_sdk(module):
    return module is not None and (module == "hilum" or module.startswith("hilum."))


class File:
    def __init__(self, path, text):
        self.path = path
        self.lines = io.StringIO(text, newline="").readlines()
        self.tree = ast.parse(text)
        self.nodes = list(ast.walk(self.tree))
        self.froms = [node for node in self.nodes if isinstance(node, ast.ImportFrom) and is_sdk(node.module)]
        self.spaces = {
            name
            for node in self.nodes
            if isinstance(node, ast.Import)
            for alias in node.names
            if is_sdk(alias.name)
            for name in ([alias.asname] if alias.asname else [alias.name, "hilum"])
        }

    @property
    def uses_sdk(self):
        return bool(self.froms or self.spaces)

    def put(self, line, column_bytes, old, text):
        bytes_before = self.lines[line - 1].encode()[:column_bytes]
        column = len(bytes_before.decode())
        if not self.lines[line - 1][column:].startswith(old):
            return self.leave(line, f"Write {text} for {old}.")
        edits.append({"path": self.path, "line": line, "column": column, "old": old, "text": text})

    def leave(self, line, todo):
        note = {"path": self.path, "line": line, "todo": todo}
        if note not in by_hand:
            by_hand.append(note)

    def locals_of(self, name):
        return {alias.asname or alias.name for node in self.froms for alias in node.names if alias.name == name}

    def is_call_of(self, node, name):
        if not isinstance(node, ast.Call):
            return False
        function = node.func
        if isinstance(function, ast.Name):
            return function.id in self.locals_of(name)
        return isinstance(function, ast.Attribute) and function.attr == name and dotted(function.value) in self.spaces


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return None


def put_attribute(file, node, old, text):
    """An attribute ends where its name ends."""
    file.put(node.end_lineno, node.end_col_offset - len(old.encode()), old, text)


def rename_import(file, old, new):
    aliases = [(node, alias) for node in file.froms for alias in node.names if alias.name == old]
    plain = [alias for _, alias in aliases if alias.asname is None]
    safe = not binds(file, old) and not any(names(node, new) for node in file.nodes)
    for _, alias in aliases:
        whole = alias.asname is not None or safe
        file.put(alias.lineno, alias.col_offset, old, new if whole else f"{new} as {old}")
    for node in file.nodes:
        if plain and safe and isinstance(node, ast.Name) and node.id == old:
            file.put(node.lineno, node.col_offset, old, new)
        if isinstance(node, ast.Attribute) and node.attr == old and dotted(node.value) in file.spaces:
            put_attribute(file, node, old, new)
        if plain and isinstance(node, ast.Constant) and node.value == old:
            file.leave(node.lineno, f"This text says {old}: where it names what hilum exports, write {new}.")
    for node in file.froms:
        if any(alias.name == "*" for alias in node.names) and any(names(one, old) for one in file.nodes):
            file.leave(node.lineno, f"All names are imported: where {old} is hilum's, write {new}.")


def binds(file, name):
    """Whether the file gives the name another meaning somewhere."""
    return any(
        (isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.arg) and node.arg == name)
        or (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name)
        or (isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names)
        or (isinstance(node, ast.ExceptHandler) and node.name == name)
        or (isinstance(node, (ast.Import, ast.ImportFrom)) and node not in file.froms and imports(node, name))
        for node in file.nodes
    )


def imports(node, name):
    return any((alias.asname or alias.name) == name for alias in node.names)


def names(node, name):
    return (
        (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.arg) and node.arg == name)
        or (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name)
        or (isinstance(node, (ast.Import, ast.ImportFrom)) and imports(node, name))
    )


def rename_keyword(file, takes, makes, old, new):
    certain = set()
    for scope in scopes(file.tree):
        for node in scope.nodes:
            if file.is_call_of(node, takes):
                for keyword in node.keywords:
                    if keyword.arg == old:
                        file.put(keyword.lineno, keyword.col_offset, old, new)
                        certain.add(keyword)
            if isinstance(node, ast.Attribute) and node.attr == old and is_made(file, scope, node.value, makes):
                put_attribute(file, node, old, new)
                certain.add(node)
    for node in file.nodes:
        place = (
            (isinstance(node, ast.Attribute) and node.attr == old)
            or (isinstance(node, ast.keyword) and node.arg == old)
            or (isinstance(node, ast.Constant) and node.value == old)
        )
        if place and node not in certain:
            file.leave(node.lineno, f"It is not certain whose {old} this is: where {takes} takes it, write {new}.")


class Scope:
    """What stands in one function and in none within it; the module is the outermost."""

    def __init__(self):
        self.nodes = []


def scopes(tree):
    found = [Scope()]

    def enter(node, scope):
        scope.nodes.append(node)
        inner = scope
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            inner = Scope()
            found.append(inner)
        for child in ast.iter_child_nodes(node):
            enter(child, inner)

    enter(tree, found[0])
    return found


def is_made(file, scope, node, makes):
    """Whether the name is given a value in this function, and never another one than what `makes` returns."""
    if not isinstance(node, ast.Name):
        return False
    made = [
        target
        for one in scope.nodes
        for target, value in bound(one)
        if isinstance(target, ast.Name) and target.id == node.id and file.is_call_of(awaited(value), makes)
    ]
    given = [
        one
        for one in scope.nodes
        if (isinstance(one, ast.Name) and one.id == node.id and isinstance(one.ctx, ast.Store))
        or (isinstance(one, ast.arg) and one.arg == node.id)
    ]
    return len(made) > 0 and len(given) == len(made)


def bound(node):
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        yield node.targets[0], node.value
    if isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if item.optional_vars is not None:
                yield item.optional_vars, item.context_expr


def awaited(node):
    return node.value if isinstance(node, ast.Await) else node


for path, text in asked["files"].items():
    try:
        file = File(path, text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        by_hand.append({"path": path, "line": 1, "todo": f"It could not be read as Python: {asked['todo']}"})
        continue
    if not file.uses_sdk:
        continue
    if asked.get("import"):
        rename_import(file, asked["import"]["from"], asked["import"]["to"])
    if asked.get("keyword"):
        keyword = asked["keyword"]
        rename_keyword(file, keyword["takes"], keyword["makes"], keyword["from"], keyword["to"])

json.dump({"edits": edits, "byHand": by_hand}, sys.stdout)
