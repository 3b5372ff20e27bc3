//! Fields that only one kind of provider understands: where its account lives,
//! and with which credentials.
//!
//! Names are those of the Portkey Config. What a field does is decided where a
//! provider is bound; a program that can't honour one refuses the plan
//! ([`crate::plan::Surroundings`]), so none is ever read and then forgotten.

use std::collections::BTreeMap;

use super::read::{Item, Object};
use crate::json::Json;
use crate::sealed::Sealed;

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A string that may be shown.
    Text,
    /// A string that must not be.
    Secret,
    /// An object that must not be shown, such as a service account with its key.
    SecretObject,
    /// A list or object that may be shown.
    Json,
}

/// A field's value. Secrets don't show in `Debug`.
#[derive(Debug, Clone)]
pub enum OptionValue {
    /// For [`Form::Text`].
    Text(String),
    /// For [`Form::Secret`], and the JSON text of [`Form::SecretObject`].
    Secret(Sealed),
    /// For [`Form::Json`].
    Json(Json),
}

macro_rules! options {
    ($($brand:ident { $($name:ident $field:literal $form:ident,)+ })+) => {
        /// A kind of provider that has fields of its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs)]
        pub enum Brand { $($brand),+ }

        /// A field of one kind of provider.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs)]
        pub enum OptionName { $($($name),+),+ }

        impl OptionName {
            /// All of them.
            pub const ALL: &[Self] = &[$($(Self::$name),+),+];

            /// As configs spell it.
            pub const fn field(self) -> &'static str {
                match self { $($(Self::$name => $field),+),+ }
            }

            /// How it is written.
            pub const fn form(self) -> Form {
                match self { $($(Self::$name => Form::$form),+),+ }
            }

            /// Whose it is.
            pub const fn brand(self) -> Brand {
                match self { $($(Self::$name => Brand::$brand),+),+ }
            }
        }
    };
}

options! {
    OpenAi {
        OpenAiProject "openai_project" Text,
        OpenAiOrganization "openai_organization" Text,
        OpenAiBeta "openai_beta" Text,
    }
    Anthropic {
        AnthropicBeta "anthropic_beta" Text,
        AnthropicVersion "anthropic_version" Text,
    }
    Azure {
        AzureResourceName "resource_name" Text,
        AzureDeploymentId "deployment_id" Text,
        AzureOpenAiApiVersion "api_version" Text,
        AzureModelName "azure_model_name" Text,
        AzureAuthMode "azure_auth_mode" Text,
        AzureAdToken "azure_ad_token" Secret,
        AzureEntraClientId "azure_entra_client_id" Text,
        AzureEntraClientSecret "azure_entra_client_secret" Secret,
        AzureEntraTenantId "azure_entra_tenant_id" Text,
        AzureEntraScope "azure_entra_scope" Text,
        AzureManagedClientId "azure_managed_client_id" Text,
        AzureWorkloadClientId "azure_workload_client_id" Text,
        AzureFoundryUrl "azure_foundry_url" Text,
        AzureApiVersion "azure_api_version" Text,
        AzureDeploymentName "azure_deployment_name" Text,
        AzureExtraParams "azure_extra_params" Text,
        AzureDeployments "deployments" Json,
    }
    Aws {
        AwsAccessKeyId "aws_access_key_id" Text,
        AwsSecretAccessKey "aws_secret_access_key" Secret,
        AwsSessionToken "aws_session_token" Secret,
        AwsRegion "aws_region" Text,
        AwsAuthType "aws_auth_type" Text,
        AwsRoleArn "aws_role_arn" Text,
        AwsExternalId "aws_external_id" Secret,
        AwsS3Bucket "aws_s3_bucket" Text,
        AwsS3ObjectKey "aws_s3_object_key" Text,
        AwsBedrockModel "aws_bedrock_model" Text,
        AwsServerSideEncryption "aws_server_side_encryption" Text,
        AwsServerSideEncryptionKmsKeyId "aws_server_side_encryption_kms_key_id" Text,
    }
    SageMaker {
        SageMakerCustomAttributes "amzn_sagemaker_custom_attributes" Text,
        SageMakerTargetModel "amzn_sagemaker_target_model" Text,
        SageMakerTargetVariant "amzn_sagemaker_target_variant" Text,
        SageMakerTargetContainerHostname "amzn_sagemaker_target_container_hostname" Text,
        SageMakerInferenceId "amzn_sagemaker_inference_id" Text,
        SageMakerEnableExplanations "amzn_sagemaker_enable_explanations" Text,
        SageMakerInferenceComponent "amzn_sagemaker_inference_component" Text,
        SageMakerSessionId "amzn_sagemaker_session_id" Text,
        SageMakerModelName "amzn_sagemaker_model_name" Text,
    }
    Google {
        VertexProjectId "vertex_project_id" Text,
        VertexRegion "vertex_region" Text,
        VertexServiceAccountJson "vertex_service_account_json" SecretObject,
        VertexStorageBucketName "vertex_storage_bucket_name" Text,
        VertexModelName "vertex_model_name" Text,
        VertexBatchEndpoint "vertex_batch_endpoint" Text,
    }
    Cloudflare {
        WorkersAiAccountId "workers_ai_account_id" Text,
    }
    HuggingFace {
        HuggingFaceBaseUrl "huggingface_base_url" Text,
    }
    Stability {
        StabilityClientId "stability_client_id" Text,
        StabilityClientUserId "stability_client_user_id" Text,
        StabilityClientVersion "stability_client_version" Text,
    }
    Fireworks {
        FireworksAccountId "fireworks_account_id" Text,
    }
    Snowflake {
        SnowflakeAccount "snowflake_account" Text,
    }
    Mistral {
        MistralFimCompletion "mistral_fim_completion" Text,
    }
    Oracle {
        OracleApiVersion "oracle_api_version" Text,
        OracleRegion "oracle_region" Text,
        OracleCompartmentId "oracle_compartment_id" Text,
        OracleServingMode "oracle_serving_mode" Text,
        OracleTenancy "oracle_tenancy" Text,
        OracleUser "oracle_user" Text,
        OracleFingerprint "oracle_fingerprint" Text,
        OraclePrivateKey "oracle_private_key" Secret,
        OracleKeyPassphrase "oracle_key_passphrase" Secret,
    }
}

/// Headers that name a field otherwise than by its own name.
const HEADERS: &[(&str, OptionName)] = &[
    ("azure-resource-name", OptionName::AzureResourceName),
    ("azure-deployment-id", OptionName::AzureDeploymentId),
    ("azure-api-version", OptionName::AzureOpenAiApiVersion),
];

impl OptionName {
    /// The field that a header sets: what stands behind `x-portkey-`.
    pub fn of_header(header: &str) -> Option<Self> {
        let other = HEADERS.iter().find(|(name, _)| *name == header).map(|(_, name)| *name);
        let spelt = |name: &&Self| name.field().bytes().map(dashed).eq(header.bytes());
        other.or_else(|| Self::ALL.iter().find(spelt).copied())
    }
}

fn dashed(byte: u8) -> u8 {
    if byte == b'_' { b'-' } else { byte }
}

/// The provider fields of one target.
#[derive(Debug, Clone, Default)]
pub struct ProviderOptions(BTreeMap<OptionName, OptionValue>);

impl ProviderOptions {
    /// A field's value.
    pub fn get(&self, name: OptionName) -> Option<&OptionValue> {
        self.0.get(&name)
    }

    /// A field that may be shown and is a text.
    pub fn text(&self, name: OptionName) -> Option<&str> {
        match self.0.get(&name) {
            Some(OptionValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Sets a field, as a request's own header does.
    pub fn set(&mut self, name: OptionName, value: OptionValue) {
        self.0.insert(name, value);
    }

    /// Sets those fields that aren't there.
    pub fn fill(&mut self, more: &Self) {
        for (name, value) in &more.0 {
            self.0.entry(*name).or_insert_with(|| value.clone());
        }
    }

    /// Whether the field is there.
    pub fn has(&self, name: OptionName) -> bool {
        self.0.contains_key(&name)
    }

    /// The names of the fields that are there.
    pub fn names(&self) -> impl Iterator<Item = OptionName> + '_ {
        self.0.keys().copied()
    }

    /// Those that must not be shown.
    pub fn secrets(&self) -> impl Iterator<Item = (OptionName, &Sealed)> + '_ {
        self.0.iter().filter_map(|(name, value)| match value {
            OptionValue::Secret(sealed) => Some((*name, sealed)),
            OptionValue::Text(_) | OptionValue::Json(_) => None,
        })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn read(object: &mut Object<'_>) -> Self {
        let mut options = Self::default();
        for name in OptionName::ALL {
            if let Some(value) = object.take(name.field()).and_then(|item| OptionValue::read(*name, &item)) {
                options.0.insert(*name, value);
            }
        }
        options
    }
}

impl OptionValue {
    /// The value that a header has for a field.
    ///
    /// # Errors
    /// What is wrong with it; never with the text in it.
    pub fn of_header(name: OptionName, text: &str) -> Result<Self, &'static str> {
        if text.trim().is_empty() {
            return Err("is empty");
        }
        Ok(match name.form() {
            Form::Text => Self::Text(text.to_owned()),
            Form::Secret | Form::SecretObject => Self::Secret(Sealed::new(text.to_owned())),
            Form::Json => Self::Json(Json::parse(text).map_err(|_| "isn't JSON")?),
        })
    }

    fn read(name: OptionName, item: &Item<'_>) -> Option<Self> {
        Some(match name.form() {
            // Clients write this one as a boolean in configs and as a text in headers.
            Form::Text if name == OptionName::MistralFimCompletion && !item.is_string() => {
                Self::Text(item.boolean()?.to_string())
            }
            Form::Text => Self::Text(item.name()?),
            Form::Secret => {
                let text = item.string()?;
                if text.trim().is_empty() {
                    item.reject("this is empty: write the credential, or leave the field out");
                    return None;
                }
                Self::Secret(Sealed::new(text))
            }
            // Some write the object, others its text.
            Form::SecretObject if item.is_string() => Self::Secret(Sealed::new(item.string()?)),
            Form::SecretObject => {
                item.object()?;
                Self::Secret(Sealed::new(item.raw().to_owned()))
            }
            Form::Json => {
                item.array()?;
                Self::Json(item.json()?)
            }
        })
    }
}
