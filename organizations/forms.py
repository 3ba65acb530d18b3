"""What the forms of pages have in common: fields look as the components do, and texts stay as they were typed.

A form here reads what a browser sent. Whether it may be done is for the services and the API's serializers to say, so that no rule exists twice.
"""

from typing import Any

from django import forms


class PageForm(forms.Form):
    """Sets the class that `components.css` knows; `components/_field.html` shows a field with its help and errors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs["class"] = f"il-input {field.widget.attrs.get('class', '')}".strip()
