"""What the OpenAPI description tells beyond the framework: which bodies take no other names than those that are listed."""

from typing import Any

from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import Struct


class Strict(OpenAPISchemaPlugin):
    """Says `additionalProperties: false` of structs that forbid unknown fields; the rest is the framework's."""

    @staticmethod
    def is_plugin_supported_field(field_definition: FieldDefinition) -> bool:
        """Whether this is a struct that takes no other names."""
        if field_definition.is_union or not field_definition.is_subclass_of(Struct):
            return False
        return bool(field_definition.annotation.__struct_config__.forbid_unknown_fields)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        """The schema of the framework's own plugin, closed."""
        others = (plugin for plugin in schema_creator.plugins if plugin is not self)
        own = next(each for each in others if schema_creator.plugin_supports_field(each, field_definition))
        schema: Schema = own.to_openapi_schema(field_definition, schema_creator)
        schema.additional_properties = False
        return schema
