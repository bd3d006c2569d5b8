"""Access tokens: a user's keys for programs."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets

from gis.models import AccessToken
from gis.permissions import InPerson


class TokenSerializer(serializers.ModelSerializer):
    """A token as its owner may see it again: ``hint`` is how its secret begins."""

    class Meta:
        model = AccessToken
        fields: tuple[str, ...] = (
            "id",
            "name",
            "scope",
            "hint",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        )
        read_only_fields = ("hint", "created_at", "last_used_at", "revoked_at")

    def validate_expires_at(self, value):
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError(_("This time is past."))
        return value


class IssuedTokenSerializer(TokenSerializer):
    """A new token with its secret, which is shown this once."""

    secret = serializers.SerializerMethodField()

    class Meta(TokenSerializer.Meta):
        fields: tuple[str, ...] = (*TokenSerializer.Meta.fields, "secret")

    def create(self, validated_data):
        token, self.issued_secret = AccessToken.objects.issue(
            validated_data["owner"],
            name=validated_data["name"],
            scope=validated_data.get("scope", AccessToken.Scope.READ),
            expires_at=validated_data.get("expires_at"),
        )
        return token

    def get_secret(self, token) -> str:
        return self.issued_secret


@extend_schema_view(
    list=extend_schema(summary="Your access tokens", tags=["Sign-in"]),
    create=extend_schema(summary="Issue an access token; its secret is shown once", tags=["Sign-in"]),
    destroy=extend_schema(summary="Revoke an access token", tags=["Sign-in"]),
)
class TokenViewSet(
    mixins.ListModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet
):
    """Each sees and revokes their own. A token can neither issue nor revoke one: a lost one gains nothing."""

    queryset = AccessToken.objects.none()
    permission_classes = [InPerson]
    pagination_class = None

    def get_queryset(self):
        return AccessToken.objects.filter(owner=self.request.user.pk)

    def get_serializer_class(self):
        return IssuedTokenSerializer if self.action == "create" else TokenSerializer

    def perform_create(self, serializer):
        serializer.save(owner=self.request.user)

    def perform_destroy(self, token):
        token.revoke()
