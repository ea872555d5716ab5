"""The forms of the claim, one per page: what is asked, in which words, and what must agree."""

from __future__ import annotations

import re

from pydantic import ValidationInfo, field_validator

from intake_api.claimant.fields import Form, asked, email_or_fault, fault, phone_or_fault
from intake_api.translations import marked

US_ZIP = re.compile(r"\d{5}([- ]?\d{4})?")
"""ZIP Code or ZIP+4 (USPS Publication 28)."""

US_NAMES = frozenset(
    {
        "",
        "us",
        "u.s.",
        "usa",
        "u.s.a.",
        "united states",
        "united states of america",
        "estados unidos",
        "ee. uu.",
        "eeuu",
        "ee.uu.",
    }
)

CHOOSE = marked("Choose one answer")


def in_us(country: str) -> bool:
    """Return whether a country as typed is the United States; an empty one is."""
    return country.casefold() in US_NAMES


class NoticeForm(Form):
    """Whether there is a notice with codes on it."""

    has_notice: str = asked(
        marked("Do you have a notice with a Notice ID and a PIN?"),
        missing=marked("Choose whether you have a notice"),
        choices=(
            (
                "yes",
                marked("Yes, I have a Notice ID and a PIN"),
                marked("They are in the e-mail or letter about this settlement."),
            ),
            ("no", marked("No, or I cannot find it"), marked("You can claim just as well without a notice.")),
        ),
    )


class NoticeIdForm(Form):
    """The ID on the notice."""

    notice_id: str = asked(
        marked("Notice ID"),
        hint=marked("9 letters and digits, like K7M 2QX 9RT. Spaces and capital letters do not matter."),
        missing=marked("Enter the Notice ID from your notice"),
        autocomplete="off",
        width="medium",
    )


class PinForm(Form):
    """The PIN on the notice."""

    pin: str = asked(
        marked("PIN"),
        hint=marked("6 digits. You find them beside the Notice ID."),
        missing=marked("Enter the PIN from your notice"),
        autocomplete="off",
        input_mode="numeric",
        width="short",
    )


class NameForm(Form):
    """Who claims."""

    given_name: str = asked(
        marked("First name"), hint=marked("If you have only one name, enter it as your last name."), autocomplete="given-name"
    )
    middle_name: str = asked(marked("Middle name"), optional=True, autocomplete="additional-name")
    family_name: str = asked(marked("Last name"), missing=marked("Enter your last name"), autocomplete="family-name")
    suffix: str = asked(
        marked("Suffix"), optional=True, hint=marked("Such as Jr, Sr or III"), autocomplete="honorific-suffix", width="short"
    )


class AddressForm(Form):
    """Where they live now."""

    country: str = asked(marked("Country"), autocomplete="country-name", width="medium")
    street: str = asked(
        marked("Street address or P.O. box"),
        missing=marked("Enter your street address or P.O. box"),
        autocomplete="address-line1",
    )
    unit: str = asked(marked("Apartment, suite or unit"), optional=True, autocomplete="address-line2", width="medium")
    city: str = asked(marked("City or town"), missing=marked("Enter your city or town"), autocomplete="address-level2")
    region: str = asked(
        marked("State"), hint=marked("The name or two letters, like Utah or UT"), autocomplete="address-level1", width="medium"
    )
    postcode: str = asked(marked("ZIP code"), autocomplete="postal-code", width="short")

    @field_validator("region")
    @classmethod
    def _state_in_us(cls, value: str, info: ValidationInfo) -> str:
        if in_us(info.data.get("country", "")) and not value:
            raise fault(marked("Enter your state"))
        return value

    @field_validator("postcode")
    @classmethod
    def _zip_in_us(cls, value: str, info: ValidationInfo) -> str:
        if not in_us(info.data.get("country", "")):
            return value
        if not value:
            raise fault(marked("Enter your ZIP code"))
        if not US_ZIP.fullmatch(value):
            raise fault(marked("Enter a ZIP code of 5 digits, like 84101"))
        return value


class ContactForm(Form):
    """How to reach them."""

    email: str = asked(
        marked("E-mail address"),
        optional=True,
        hint=marked("We send your receipt and news about your claim here."),
        autocomplete="email",
        input_type="email",
    )
    phone: str = asked(
        marked("Telephone number"),
        optional=True,
        hint=marked("We call only if there is a question about your claim."),
        autocomplete="tel",
        input_type="tel",
        width="medium",
    )

    _email = field_validator("email")(email_or_fault)
    _phone = field_validator("phone")(phone_or_fault)


class SameForm(Form):
    """Whether the details of today were those of the purchase."""

    same: str = asked(
        marked("Were your details the same when you bought from these shops?"),
        missing=marked("Choose whether your details were the same"),
        choices=(
            ("yes", marked("Yes, all the same"), ""),
            (
                "no",
                marked("No, something was different"),
                marked("For example another name, address, telephone number or e-mail address."),
            ),
        ),
    )


class EarlierForm(Form):
    """Details at the time of a purchase, as far as they are remembered."""

    given_name: str = asked(marked("First name"))
    middle_name: str = asked(marked("Middle name"), optional=True)
    family_name: str = asked(marked("Last name"))
    suffix: str = asked(marked("Suffix"), optional=True, width="short")
    street: str = asked(marked("Street address or P.O. box"))
    unit: str = asked(marked("Apartment, suite or unit"), optional=True, width="medium")
    city: str = asked(marked("City or town"))
    region: str = asked(marked("State"), width="medium")
    postcode: str = asked(marked("ZIP code"), width="short")
    country: str = asked(marked("Country"), optional=True, width="medium")
    phone: str = asked(marked("Telephone number"), input_type="tel", width="medium")
    email: str = asked(marked("E-mail address"), input_type="email")

    _phone = field_validator("phone")(phone_or_fault)
    _email = field_validator("email")(email_or_fault)

    @field_validator("email")
    @classmethod
    def _something(cls, value: str, info: ValidationInfo) -> str:
        places = ("street", "city", "postcode", "phone", "family_name")
        if len(info.data) == len(cls.model_fields) - 1 and not value and not any(info.data[name] for name in places):
            raise fault(marked("Enter at least one thing that was different, such as the address"))
        return value


class AnotherForm(Form):
    """Whether there are more details to add."""

    another: str = asked(
        marked("Were your details different again for another purchase?"),
        missing=CHOOSE,
        choices=(("yes", marked("Yes, add another"), ""), ("no", marked("No, that is all"), "")),
    )


class PaymentForm(Form):
    """How to be paid."""

    method: str = asked(
        marked("How would you like to be paid?"),
        missing=marked("Choose how you would like to be paid"),
        choices=(
            ("check", marked("Check by mail"), marked("We send it to your postal address.")),
            (
                "digital",
                marked("Payment by e-mail"),
                marked("We send you a link. You choose there how to get the money. We never ask for bank details here."),
            ),
        ),
    )


class OtherShopForm(Form):
    """A shop that is not in the list."""

    other_shop: str = asked(marked("Name of the shop"), hint=marked("As well as you remember it"))


class SignForm(Form):
    """The signature."""

    place: str = asked(
        marked("Where are you as you sign?"),
        missing=marked("Choose where you are as you sign"),
        choices=(
            ("us", marked("In the United States or its territories"), ""),
            ("abroad", marked("Outside the United States"), ""),
        ),
    )
    signature: str = asked(
        marked("Your signature"),
        hint=marked("Type your full name. This has the same effect as signing on paper."),
        missing=marked("Type your full name to sign"),
        autocomplete="name",
    )


class ExclusionForm(Form):
    """A request to leave the class."""

    given_name: str = asked(marked("First name"), autocomplete="given-name")
    family_name: str = asked(marked("Last name"), missing=marked("Enter your last name"), autocomplete="family-name")
    street: str = asked(
        marked("Street address or P.O. box"),
        missing=marked("Enter your street address or P.O. box"),
        autocomplete="address-line1",
    )
    unit: str = asked(marked("Apartment, suite or unit"), optional=True, autocomplete="address-line2", width="medium")
    city: str = asked(marked("City or town"), missing=marked("Enter your city or town"), autocomplete="address-level2")
    region: str = asked(marked("State"), autocomplete="address-level1", width="medium")
    postcode: str = asked(marked("ZIP code"), autocomplete="postal-code", width="short")
    email: str = asked(marked("E-mail address"), optional=True, autocomplete="email", input_type="email")
    phone: str = asked(marked("Telephone number"), optional=True, autocomplete="tel", input_type="tel", width="medium")
    notice_id: str = asked(
        marked("Notice ID"),
        optional=True,
        hint=marked("If you have your notice. It helps us find you in the list."),
        autocomplete="off",
        width="medium",
    )
    signature: str = asked(
        marked("Your signature"),
        hint=marked("Type your full name. This has the same effect as signing on paper."),
        missing=marked("Type your full name to sign"),
        autocomplete="name",
    )

    _email = field_validator("email")(email_or_fault)
    _phone = field_validator("phone")(phone_or_fault)


class StatusForm(Form):
    """Which claim to look up."""

    claim_number: str = asked(
        marked("Claim number"),
        hint=marked("9 letters and digits, like K7M 2QX 9RT. It is on your receipt."),
        missing=marked("Enter your claim number"),
        autocomplete="off",
        width="medium",
    )
    family_name: str = asked(
        marked("Last name on the claim"), missing=marked("Enter the last name on the claim"), autocomplete="family-name"
    )
