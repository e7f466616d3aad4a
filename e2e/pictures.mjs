// The pictures that people hand in, drawn in the browser: a portrait on blue,
// certificates, and the own form as it comes back from the union. Nothing here
// is a real person.

// Artist has a window of its own: the visitors' may have no JavaScript.
export class Artist {
  static async come(stage) {
    const a = new Artist()
    a.stage = stage
    a.name = 'artist'
    a.context = await stage.browser.newContext()
    a.page = await a.context.newPage()
    stage.open.add(a)
    await a.page.evaluate(tools)
    return a
  }

  async draw(name, what, arg) {
    const [kind, base64] = (await this.page.evaluate(`draw.${what}(${JSON.stringify(arg ?? null)})`)).split(';base64,')
    const mimeType = kind.slice('data:'.length)
    return { name, mimeType, buffer: Buffer.from(base64, 'base64') }
  }

  portrait(ground = '#438edb') {
    return this.draw('照片.jpg', 'portrait', ground)
  }

  certificate() {
    return this.draw('证书.png', 'certificate')
  }

  card() {
    return this.draw('身份证.jpg', 'card')
  }

  // stamped is the printed form, signed, sealed, laid on a table and
  // photographed a little askew.
  stamped(png, { seal = true } = {}) {
    return this.draw('推荐表.jpg', 'stamped', { seal, src: 'data:image/png;base64,' + png.toString('base64') })
  }

  path() {
    return 'work'
  }

  leave() {
    this.stage.open.delete(this)
    return this.context.close()
  }
}

// What is no picture that the platform takes.
export const bad = {
  html: () => ({ name: '推荐表.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<!doctype html><script>alert(1)</script>') }),
  // The head of a HEIC file, as iPhones send it under any name.
  heic: () => ({ name: 'IMG_0001.HEIC', mimeType: 'image/heic', buffer: Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(2048)]) }),
}

// tools runs in the artist's window.
function tools() {
  const sheet = (w, h, ground) => {
    const c = document.createElement('canvas')
    c.width = w
    c.height = h
    const g = c.getContext('2d')
    g.fillStyle = ground
    g.fillRect(0, 0, w, h)
    return [c, g]
  }
  const blob = (g, x, y, rx, ry, colour) => {
    g.fillStyle = colour
    g.beginPath()
    g.ellipse(x, y, rx, ry, 0, 0, 7)
    g.fill()
  }
  const seal = (g, x, y, r) => {
    g.save()
    g.translate(x, y)
    g.rotate(-0.12)
    g.strokeStyle = g.fillStyle = 'rgba(200, 28, 36, 0.85)'
    g.lineWidth = r * 0.07
    g.beginPath()
    g.arc(0, 0, r, 0, 7)
    g.stroke()
    for (let i = 0; i < 12; i++) {
      g.save()
      g.rotate(-2.3 + i * 0.42)
      g.fillRect(-r * 0.09, -r * 0.86, r * 0.18, r * 0.2)
      g.restore()
    }
    g.beginPath()
    for (let i = 0; i < 10; i++) {
      const d = r * (i % 2 ? 0.15 : 0.38)
      const a = -Math.PI / 2 + (i * Math.PI) / 5
      g.lineTo(d * Math.cos(a), d * Math.sin(a))
    }
    g.fill()
    g.restore()
  }
  const jpeg = (c) => c.toDataURL('image/jpeg', 0.85)
  window.draw = {
    portrait(ground) {
      const [c, g] = sheet(590, 826, ground)
      blob(g, 295, 860, 250, 240, '#2f3b52')
      blob(g, 295, 610, 70, 90, '#e5b58c')
      blob(g, 295, 370, 160, 200, '#221c1a')
      blob(g, 295, 410, 138, 178, '#e5b58c')
      blob(g, 240, 390, 14, 9, '#221c1a')
      blob(g, 350, 390, 14, 9, '#221c1a')
      blob(g, 295, 510, 40, 8, '#b04a45')
      return jpeg(c)
    },
    certificate() {
      const [c, g] = sheet(1200, 850, '#fbf5e4')
      g.fillStyle = '#4a443c'
      for (let i = 0; i < 7; i++) g.fillRect(150, 220 + i * 60, 430 + ((i * 97) % 380), 20)
      seal(g, 900, 640, 110)
      return c.toDataURL('image/png')
    },
    card() {
      const [c, g] = sheet(1012, 638, '#dde9ee')
      for (let i = 0; i < 5; i++) {
        g.fillStyle = '#4a86a8'
        g.fillRect(60, 70 + i * 70, 90, 26)
        g.fillStyle = '#404852'
        g.fillRect(180, 70 + i * 70, 180 + ((i * 53) % 240), 26)
      }
      g.fillStyle = '#c6d4da'
      g.fillRect(690, 90, 250, 320)
      return jpeg(c)
    },
    async stamped({ src, seal: sealed }) {
      const form = new Image()
      form.src = src
      await form.decode()
      const w = form.naturalWidth
      const h = form.naturalHeight
      const [c, g] = sheet(Math.round(w * 1.12), Math.round(h * 1.08), '#8b7a64')
      g.translate(c.width / 2, c.height / 2)
      g.rotate(0.008)
      g.translate(-w / 2, -h / 2)
      g.drawImage(form, 0, 0)
      // The places of 附件3, in millimetres of an A4 page.
      const mm = w / 210
      g.strokeStyle = '#1b243d'
      g.lineWidth = 4
      g.beginPath()
      for (let i = 0; i < 180; i++) g.lineTo(120 * mm + i, 118 * mm + 12 * Math.sin(i / 9) + 7 * Math.sin(i / 3.1))
      g.stroke()
      if (sealed) seal(g, 160 * mm, 162 * mm, 20 * mm)
      return jpeg(c)
    },
  }
}
