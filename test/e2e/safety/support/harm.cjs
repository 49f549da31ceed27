/**
 * Loaded into a program before its own code: counts what it writes below a folder, and does it harm at the write it is told.
 * Every call of node:fs that changes a disk is one write, whichever module of the program makes it.
 *
 *     HARM={"below": folder, "report": file, "at": n, "how": "kill" | "tear" | "SIGTERM" | "SIGINT" | "ENOSPC" …}
 */
'use strict';
const fs = require('node:fs');
const { join, resolve, sep } = require('node:path');
const process = require('node:process');
const { Buffer } = require('node:buffer');
const { syncBuiltinESMExports } = require('node:module');

const { below, report, at, how } = JSON.parse(process.env.HARM);
const isBelow = (path) => {
  const place = resolve(String(path));
  return place === below || place.startsWith(below + sep);
};

const writes = [];
/** Handles that the program may write through. */
const handles = new Set();
const { writeSync, writeFileSync } = fs;

/** Called before a write is done. */
function beforeWrite(name, detail, half) {
  writes.push(`${name} ${detail}`);
  if (writes.length !== at) return;
  if (how === 'tear') half?.();
  if (how === 'kill' || how === 'tear') process.kill(process.pid, 'SIGKILL');
  else if (how.startsWith('SIG')) process.kill(process.pid, how);
  else throw Object.assign(new Error(`${how}: injected, ${name}`), { code: how });
}

const READING = /^r$/;
const isForWriting = (flags) =>
  typeof flags === 'string'
    ? !READING.test(flags)
    : ((flags ?? 0) & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) !== 0;

const BY_PATH = [
  ...['mkdir', 'mkdtemp', 'rename', 'link', 'symlink', 'copyFile', 'cp', 'unlink', 'rmdir', 'rm'],
  ...['chmod', 'lchmod', 'chown', 'utimes', 'writeFile', 'appendFile', 'truncate'],
];
const BY_HANDLE = ['write', 'writev', 'fchmod', 'ftruncate', 'futimes', 'fchown'];

function watch(owner, name, action) {
  const original = owner[name];
  if (typeof original === 'function') owner[name] = action(original.bind(owner), name);
}

const watchPaths =
  (original, name) =>
  (...args) => {
    const touched = args.slice(0, 2).find((arg) => typeof arg === 'string' && isBelow(arg));
    if (touched !== undefined) beforeWrite(name, touched.slice(below.length));
    return original(...args);
  };

for (const name of BY_PATH) {
  watch(fs, `${name}Sync`, watchPaths);
  watch(fs, name, watchPaths);
  watch(fs.promises, name, watchPaths);
}
for (const name of BY_HANDLE) {
  watch(fs, `${name}Sync`, (original) => (handle, ...args) => {
    if (handles.has(handle)) {
      const [content] = args;
      const half = () => {
        if (Buffer.isBuffer(content)) writeSync(handle, content, 0, Math.floor(content.length / 2));
      };
      beforeWrite(name, '', name === 'write' && Buffer.isBuffer(content) ? half : undefined);
    }
    return original(handle, ...args);
  });
}
watch(fs, 'openSync', (original) => (path, flags, ...rest) => {
  if (!isForWriting(flags ?? 'r') || !isBelow(path)) return original(path, flags, ...rest);
  beforeWrite('open', String(path).slice(below.length));
  const handle = original(path, flags, ...rest);
  handles.add(handle);
  return handle;
});
watch(fs, 'closeSync', (original) => (handle) => {
  handles.delete(handle);
  return original(handle);
});
// Nothing of the program opens a file for writing in another way; where that changes, this says so.
for (const name of ['open', 'createWriteStream']) {
  watch(fs, name, (original) => (path, ...rest) => {
    if (isBelow(path) && isForWriting(rest[0] ?? (name === 'open' ? 'r' : 'w')))
      beforeWrite(name, String(path));
    return original(path, ...rest);
  });
}
watch(fs.promises, 'open', (original) => async (path, flags, ...rest) => {
  if (isBelow(path) && isForWriting(flags ?? 'r')) beforeWrite('open', String(path));
  return original(path, flags, ...rest);
});
syncBuiltinESMExports();

if (report) process.on('exit', () => writeFileSync(join(report), JSON.stringify(writes)));
