"""The table API described: the catalog becomes an OpenAPI 3.1 document, or the Swagger 2.0 that PostgREST serves."""

from service.rest.openapi.document import describe
from service.rest.openapi.offer import Offer
from service.rest.openapi.swagger import describe_swagger

__all__ = ["Offer", "describe", "describe_swagger"]
