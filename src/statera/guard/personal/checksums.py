"""Check digits, each as its standard states it; texts hold digits 0 to 9 only.

>>> luhn("4111111111111111"), mod97("GB82WEST12345698765432")
(True, True)
"""

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_DIHEDRAL = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_TURNS = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_RESIDENT = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def luhn(digits: str) -> bool:
    """Say whether the last digit is right by ISO/IEC 7812-1, annex B."""
    odd = sum(map(int, digits[-1::-2]))
    return (odd + sum(_DOUBLED[int(one)] for one in digits[-2::-2])) % 10 == 0


def mod97(iban: str) -> bool:
    """Say whether an IBAN's check digits are right by ISO 7064 MOD 97-10; letters in capitals."""
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def verhoeff(digits: str) -> bool:
    """Say whether the last digit is right by Verhoeff (1969), as in India's Aadhaar."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _DIHEDRAL[check][_TURNS[place % 8][int(digit)]]
    return check == 0


def steuer_id(digits: str) -> bool:
    """Say whether eleven digits are a German tax number: ISO 7064 MOD 11,10.

    Of its first ten digits exactly one comes twice or thrice, and it does not begin with 0.
    """
    repeated = [one for one in set(digits[:10]) if digits.count(one, 0, 10) > 1]
    if digits[0] == "0" or len(repeated) != 1 or digits.count(repeated[0], 0, 10) > 3:
        return False
    product = 10
    for digit in digits[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def dni(digits: str, letter: str) -> bool:
    """Say whether the letter is that of a Spanish DNI or NIE of eight digits."""
    return _DNI[int(digits) % 23] == letter


def nir(body: str, key: str) -> bool:
    """Say whether two digits are the key of a French NIR of thirteen signs."""
    number = body.replace("2A", "19").replace("2B", "18")
    return 97 - int(number) % 97 == int(key)


def cpf(digits: str) -> bool:
    """Say whether the last two of eleven digits are right for a Brazilian CPF."""
    if len(set(digits)) == 1:
        return False
    for size in (9, 10):
        total = sum(int(one) * (size + 1 - place) for place, one in enumerate(digits[:size]))
        if total * 10 % 11 % 10 != int(digits[size]):
            return False
    return True


def resident(signs: str) -> bool:
    """Say whether the last of eighteen signs is right by GB 11643-1999 (China); X is ten."""
    total = sum(int(one) * weight for one, weight in zip(signs[:17], _RESIDENT, strict=True))
    return "10X98765432"[total % 11] == signs[17].upper()
