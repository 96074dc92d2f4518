/** Paths as a tree, and the rows of it that are open. */

export type TreeRow = { path: string; name: string; depth: number; folder: boolean; open: boolean };

type Node = { folders: Map<string, Node>; files: string[] };

/** Rows from top to bottom, folders first. `open` answers for folders. */
export function treeRows(paths: readonly string[], open: (folder: string) => boolean): TreeRow[] {
  const root: Node = { folders: new Map(), files: [] };
  for (const path of paths) {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    let node = root;
    for (const part of parts) {
      const next = node.folders.get(part) ?? { folders: new Map(), files: [] };
      node.folders.set(part, next);
      node = next;
    }
    node.files.push(name);
  }
  const rows: TreeRow[] = [];
  addRows(root, { prefix: "", depth: 0, open, rows });
  return rows;
}

type Walk = { prefix: string; depth: number; open: (folder: string) => boolean; rows: TreeRow[] };

function addRows(node: Node, { prefix, depth, open, rows }: Walk): void {
  const byName = (a: string, b: string) => a.localeCompare(b);
  for (const name of [...node.folders.keys()].sort(byName)) {
    const path = `${prefix}${name}`;
    const isOpen = open(path);
    rows.push({ path, name, depth, folder: true, open: isOpen });
    if (isOpen) {
      addRows(node.folders.get(name) as Node, { prefix: `${path}/`, depth: depth + 1, open, rows });
    }
  }
  for (const name of node.files.sort(byName)) {
    rows.push({ path: `${prefix}${name}`, name, depth, folder: false, open: false });
  }
}
