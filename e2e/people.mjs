// Synthetic people for the flows, beside those of the scenes: numbers with
// valid check digits that nobody in the sample crowd has.

// idNumber makes a resident number (GB 11643) from its first 17 digits.
export function idNumber(body) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((s, w, i) => s + w * Number(body[i]), 0)
  return body + '10X98765432'[sum % 11]
}

// cardNumber makes a debit card number that passes Luhn.
export function cardNumber(body) {
  let sum = 0
  for (let i = 0; i < body.length; i++) {
    let d = Number(body[body.length - 1 - i])
    if (i % 2 === 0 && (d *= 2) > 9) d -= 9
    sum += d
  }
  return body + ((10 - (sum % 10)) % 10)
}

export const people = {
  scripted: { name: '伍㛃', id: idNumber('42230119880817266'), phone: '13730000021', card: cardNumber('622848009900000021'), employer: '咸安区红石机电厂', agency: '咸宁众力人力资源有限公司', post: '装配工' },
  plain: { name: '贺□', whole: '贺䶮', id: idNumber('42120219950306481'), phone: '13730000022', card: cardNumber('622848009900000022'), employer: '咸安区长春副食批发部', union: '咸安区长春副食批发部工会委员会', post: '收银员' },
  wrong: { name: '钱多多', id: idNumber('42230119900101233'), phone: '13730000023', card: cardNumber('622848009900000023'), employer: '咸安区试错印刷厂', post: '印刷工' },
}
