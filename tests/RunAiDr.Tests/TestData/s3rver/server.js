'use strict';

// s3rver with what new S3 clients need and it lacks: it neither checks signatures of version 4 nor decodes bodies that
// are sent in signed chunks.
const { createHash, createHmac } = require('crypto');
const { Transform } = require('stream');

const [root, directory, port, bucket, accessKey, secretKey] = process.argv.slice(2);
const S3rver = require(root);
const S3Error = require(`${root}/lib/models/error`);
require(`${root}/lib/models/account`).DUMMY_ACCOUNT.createKeyPair(accessKey, secretKey);

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

function signatureOf(ctx, credential, signedHeaders) {
  const [path, query = ''] = ctx.req.url.split('?');
  const [, date, region, service, end] = credential.split('/');
  const canonical = [
    ctx.method,
    path,
    query.split('&').filter(Boolean).map(p => (p.includes('=') ? p : `${p}=`)).sort().join('&'),
    ...signedHeaders.split(';').map(name => `${name}:${ctx.get(name).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    ctx.get('x-amz-content-sha256'),
  ].join('\n');
  const toSign = [
    'AWS4-HMAC-SHA256',
    ctx.get('x-amz-date'),
    [date, region, service, end].join('/'),
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  return [date, region, service, end, toSign].reduce(hmac, `AWS4${secretKey}`).toString('hex');
}

async function checkSignature(ctx, next) {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(ctx.get('authorization'));
  if (parts && parts[1].startsWith(`${accessKey}/`) && signatureOf(ctx, parts[1], parts[2]) !== parts[3]) {
    throw new S3Error('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
  }
  return next();
}

class Chunks extends Transform {
  pending = Buffer.alloc(0);
  left = 0;
  ended = false;

  _transform(data, encoding, done) {
    this.pending = Buffer.concat([this.pending, data]);
    while (!this.ended && this.take()) {}
    done();
  }

  // A chunk is its length in hexadecimal digits, its signature, a line break, its bytes and a line break. An empty one
  // is the last; checksums may follow it.
  take() {
    if (this.left > 0) {
      const part = this.pending.subarray(0, this.left);
      this.push(part);
      this.pending = this.pending.subarray(part.length);
      this.left -= part.length;
      return this.left === 0;
    }
    const start = this.pending.indexOf('\r\n') === 0 ? 2 : 0;
    const end = this.pending.indexOf('\r\n', start);
    if (end < 0) {
      return false;
    }
    this.left = parseInt(this.pending.toString('latin1', start, end), 16);
    this.ended = this.left === 0;
    this.pending = this.pending.subarray(end + 2);
    return true;
  }
}

async function decodeChunks(ctx, next) {
  if (ctx.get('x-amz-content-sha256').startsWith('STREAMING-')) {
    ctx.req = ctx.req.pipe(new Chunks());
  }
  return next();
}

const server = new S3rver({
  directory,
  port,
  address: '127.0.0.1',
  silent: true,
  vhostBuckets: false,
  configureBuckets: [{ name: bucket }],
});
server.middleware.unshift(checkSignature, decodeChunks);
server.run();
