// Pushes documents from a PouchDB to an express-pouchdb on the loopback and prints how many a second arrived.
// Usage: node bench_pouch.mjs FOLDER DOCUMENTS.json   (FOLDER holds node_modules with pouchdb, express-pouchdb, express)
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [folder, file] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));

if (process.env.POUCH_ROLE === 'server') {
  const express = require('express');
  const PouchDB = require('pouchdb');
  const data = join(folder, 'served') + '/';
  mkdirSync(data, { recursive: true });
  const app = express();
  const handler = require('express-pouchdb')(PouchDB.defaults({ prefix: data }), {
    configPath: join(folder, 'config.json'), logPath: join(folder, 'log.txt'),
    overrideMode: { exclude: ['routes/fauxton', 'routes/authentication', 'routes/authorization', 'routes/session'] },
  });
  app.use('/', handler);
  process.on('message', () => process.send(process.cpuUsage()));
  const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port));
} else {
  const PouchDB = require('pouchdb');
  const child = fork(fileURLToPath(import.meta.url), [folder], {
    env: { ...process.env, POUCH_ROLE: 'server' }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error('the server ended')));
  });
  const documents = JSON.parse(readFileSync(file, 'utf8'));
  const local = new PouchDB(join(folder, 'local'));
  await local.bulkDocs(documents);
  const remote = new PouchDB(`http://127.0.0.1:${port}/bench`);
  await remote.info();
  const spent = async () => {
    child.send('usage');
    const theirs = await new Promise((resolve) => child.once('message', resolve));
    const ours = process.cpuUsage();
    return [ours.user + ours.system, theirs.user + theirs.system];
  };
  const before = await spent();
  const began = performance.now();
  const done = await local.replicate.to(remote, { batch_size: 100 });
  const seconds = (performance.now() - began) / 1000;
  const after = await spent();
  const client_us = after[0] - before[0];
  const processor_us = client_us + after[1] - before[1];
  console.log(JSON.stringify({ written: done.docs_written, failed: done.doc_write_failures, seconds, processor_us, client_us }));
  child.kill();
  process.exit(done.docs_written === documents.length ? 0 : 1);
}
