// The work that a form does when much is being sent: it looks for a number whose hash begins with so many zeros. Only then is this
// script loaded; who has no scripts waits instead. Plain SHA-256, since an address without TLS offers no other.
(function () {
  "use strict";
  var at = document.getElementById("asked"), out = document.getElementById("work");
  if (!at || !out || !window.Uint32Array) return;
  var k = [], prime = 2;
  for (; k.length < 64; prime++) {
    for (var f = 2; f * f <= prime && prime % f; f++) {}
    if (f * f > prime) k.push((Math.pow(prime, 1 / 3) * 4294967296) | 0);
  }
  var first = [1779033703, -1150833019, 1013904242, -1521486534, 1359893119, -1694144372, 528734635, 1541459225];
  var w = new Int32Array(64);
  function hash(text) { // of at most 119 letters of ASCII
    var n = text.length, blocks = n > 55 ? 2 : 1, h = first.slice();
    for (var b = 0; b < blocks; b++) {
      for (var i = 0; i < 16; i++) {
        w[i] = 0;
        for (var j = 0; j < 4; j++) {
          var p = b * 64 + i * 4 + j;
          w[i] = (w[i] << 8) | (p < n ? text.charCodeAt(p) : p === n ? 128 : 0);
        }
      }
      if (b === blocks - 1) w[15] = n * 8;
      for (i = 16; i < 64; i++) {
        var x = w[i - 15], y = w[i - 2];
        w[i] = (w[i - 16] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + w[i - 7] + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10)) | 0;
      }
      var a = h.slice();
      for (i = 0; i < 64; i++) {
        var e = a[4], c = a[0];
        var t = (a[7] + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & a[5]) ^ (~e & a[6])) + k[i] + w[i]) | 0;
        var s = (((c >>> 2 | c << 30) ^ (c >>> 13 | c << 19) ^ (c >>> 22 | c << 10)) + ((c & a[1]) ^ (c & a[2]) ^ (a[1] & a[2]))) | 0;
        a = [(t + s) | 0, a[0], a[1], a[2], (a[3] + t) | 0, a[4], a[5], a[6]];
      }
      for (i = 0; i < 8; i++) h[i] = (h[i] + a[i]) | 0;
    }
    return h[0] >>> 0;
  }
  var bits = +at.dataset.bits, before = "anxin " + at.dataset.token + " ", n = 0;
  at.textContent = at.dataset.working;
  (function some() {
    for (var end = n + 2000; n < end; n++) {
      if (hash(before + n) < Math.pow(2, 32 - bits)) {
        out.value = n;
        at.textContent = at.dataset.worked;
        return;
      }
    }
    setTimeout(some, 0);
  })();
})();
