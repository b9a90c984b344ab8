/** Replaces `{{name}}` where `paths` knows the name. An argument may hold a template of its own, such as `\boxed{{answer}}`. */
export function substitute(argument: string, paths: Readonly<Record<string, string>>): string {
  return argument.replace(/\{\{([a-z0-9_-]+)\}\}/g, (whole, name: string) =>
    Object.hasOwn(paths, name) ? (paths[name] as string) : whole,
  );
}
