// Which node of Jenkins is which Mesos task (contract jenkins §2.4). Pure.

/**
 * The node of a task: plugin 0.x and 1.x give both one name, 2.x names the node like the pod, which the task's id begins
 * with.
 */
export function nodeOfTask(taskId: string, nodes: ReadonlySet<string>): string | undefined {
  for (let end = taskId.length; end > 0; end = taskId.lastIndexOf('.', end - 1)) {
    const name = taskId.slice(0, end);
    if (nodes.has(name)) return name;
  }
  return undefined;
}
