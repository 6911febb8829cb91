// Files of the disk, which Node alone has. Bundlers for browsers take nodisk.js instead (`browser` in package.json).
const files = () => import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs/promises");

// The file at a path as [Blob, name].
export async function picked(path) {
  const { readFile } = await files();
  return [new Blob([await readFile(path)]), path.split(/[\\/]/).pop()];
}

// Writes a body there, whole or not at all.
export async function kept(path, body) {
  const { writeFile, rename, rm } = await files();
  await writeFile(`${path}.part`, body).catch(async (error) => {
    await rm(`${path}.part`, { force: true });
    throw error;
  });
  await rename(`${path}.part`, path);
}
